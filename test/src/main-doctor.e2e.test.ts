import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Json } from '../support/cli-world'
import { newFolder, removeFolders } from '../support/gate-world'
import { programOn } from '../support/open-interval'

afterAll(removeFolders)

/** What `doctor` finds where nothing but these programs can be run, each a shell script. */
const foundWith = async (programs: Readonly<Record<string, string>>): Promise<Json> => {
  const folder = newFolder()
  const ledger = join(folder, 'ledger.db')
  await programOn(ledger)('init')
  mkdirSync(`${ledger}.locks`)
  const path = join(folder, 'bin')
  mkdirSync(path)
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(path, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  }
  return (await programOn(ledger, { env: { PATH: path } })('doctor', '--json')).json().findings
}

describe('doctor', () => {
  it.each([
    ['no program can take a lock', {}, 'install util-linux or busybox'],
    ['a lock locks nobody out', { flock: 'exit 0' }, 'to a local disk'],
  ])('finds a danger where %s', async (_, programs, next) => {
    const findings = await foundWith(programs)
    expect(findings).toContainEqual(
      expect.objectContaining({
        check: 'flock',
        level: 'danger',
        next: expect.stringContaining(next),
      }),
    )
  })

  it('takes busybox for flock where there is no other', async () => {
    const findings = await foundWith({ busybox: 'shift; exec /usr/bin/flock "$@"' })
    expect(findings).toContainEqual(expect.objectContaining({ check: 'flock', level: 'ok' }))
  })
})
