import { spawnSync } from 'node:child_process'
import { chmodSync, closeSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/Either'
import { openLockFile, probeLock } from '../../../../src/adapters/linux/link-lock'

const folder = mkdtempSync(join(tmpdir(), 'open-interval-'))
const nobody = 65_534

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Does something as a user who may read everything in the folder, and write nothing. */
const asReader = <A>(act: () => A): A => {
  if (process.geteuid?.() !== 0) return act()
  process.seteuid?.(nobody)
  try {
    return act()
  } finally {
    process.seteuid?.(0)
  }
}

describe('the lock file of another user', () => {
  const file = join(folder, 'isp.lock')

  beforeAll(() => {
    writeFileSync(file, '')
    chmodSync(file, 0o444)
    chmodSync(folder, 0o555)
  })
  afterAll(() => chmodSync(folder, 0o755))

  it('is opened for reading, which is enough to lock it', async () => {
    const opened = asReader(() => openLockFile(file))
    if (E.isLeft(opened)) throw new Error(opened.left.why)
    const stdio = ['ignore', 'ignore', 'ignore', opened.right] as const
    expect(spawnSync('flock', ['-n', '-x', '3'], { stdio: [...stdio] }).status).toBe(0)
    expect(await probeLock(file)).toBe('held')
    closeSync(opened.right)
  })

  it('is not made up when it is not there', () => {
    expect(asReader(() => openLockFile(join(folder, 'missing.lock')))).toMatchObject({
      _tag: 'Left',
      left: { _tag: 'LockUnavailable' },
    })
  })
})
