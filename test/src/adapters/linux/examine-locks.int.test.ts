import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { examineLocks } from '../../../../src/adapters/linux/examine-locks'
import { probeLock } from '../../../../src/adapters/linux/link-lock'
import { eventually } from '../../../support/eventually'

const root = mkdtempSync(join(tmpdir(), 'open-interval-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const levelsOf = async (folder: string, networkFileSystem: string | null = null) =>
  (await examineLocks({ folder, networkFileSystem })).map(({ check, level }) => [check, level])

const newLocks = (name: string): string => {
  const folder = join(root, name)
  mkdirSync(folder)
  return folder
}

describe('what doctor says of the locks', () => {
  it('is that the first dial makes their folder, where it may', async () => {
    expect(await levelsOf(join(root, 'none.locks'))).toEqual([['locks', 'ok']])
  })

  it('is that nothing can be dialed where this user may not make it', async () => {
    const levels = await levelsOf(join(root, 'nowhere', 'ledger.db.locks'))
    expect(levels).toEqual([['locks', 'danger']])
  })

  it('is that a lock locks others out, and who has one', async () => {
    const folder = newLocks('held')
    const file = join(folder, 'isp-1.lock')
    writeFileSync(join(folder, 'other-2.lock'), '')
    const holder = spawn('flock', [file, 'sleep', '300'])
    await eventually(async () => (await probeLock(file)) === 'held')
    const findings = await examineLocks({ folder, networkFileSystem: null })
    const sleeper = findings.find(({ check }) => check === 'lock-held')
    process.kill(Number(/sleep \(pid (\d+)\)/u.exec(sleeper?.what ?? '')?.[1]), 'SIGKILL')
    await new Promise((resolve) => holder.once('exit', resolve))
    expect(findings.map(({ check, level }) => [check, level])).toEqual([
      ['locks', 'ok'],
      ['flock', 'ok'],
      ['lock-held', 'ok'],
    ])
    expect(sleeper?.what).toContain('isp-1.lock is open in ')
  })

  it('is a danger where the folder is on a network file system', async () => {
    expect(await levelsOf(newLocks('far'), 'nfs')).toEqual([['locks', 'danger']])
  })
})
