import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { nearestOwner, processWithPid } from '../../../../src/adapters/linux/owner-process'

const loader = require.resolve('../../../support/processes/load-typescript.cjs')
const source = require.resolve('../../../../src/adapters/linux/owner-process.ts')

/** What `nearestOwner` tells in a process that this command, given its command line, starts. */
const nearestOwnerUnder = async (command: string, ...args: string[]) => {
  const script = `process.stdout.write(JSON.stringify(require('${source}').nearestOwner()))`
  const line = `"${process.execPath}" --require "${loader}" -e "${script}"; true`
  const { stdout } = await promisify(execFile)(command, [...args, line])
  return JSON.parse(stdout)
}

describe('the process that a link belongs to', () => {
  it('is the one with a pid, by its start, which no later process with that pid shares', async () => {
    const child = spawn('sleep', ['60'])
    const owner = processWithPid(child.pid ?? 0)
    expect(owner).toMatchObject({ pid: child.pid, pidNamespace: expect.stringMatching(/^\d+$/u) })
    const ownTicks = processWithPid(process.pid)?.startTicks ?? Infinity
    expect(owner?.startTicks).toBeGreaterThanOrEqual(ownTicks)
    child.kill()
    await once(child, 'exit')
    expect(processWithPid(child.pid ?? 0)).toBeNull()
  })

  it('is the nearest ancestor that is no shell: pppd, not the sh of its connect script', async () => {
    const owner = processWithPid(process.pid)
    expect(await nearestOwnerUnder('sh', '-c')).toEqual(owner)
    expect(await nearestOwnerUnder('env', 'sh', '-c')).toEqual(owner)
  })

  it('is found in this process as well', () => {
    expect(nearestOwner()).not.toBeNull()
  })
})
