import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as E from 'fp-ts/Either'
import type { LinkId } from '../../../domain/link-id'
import { hasCode } from './has-code'

/** Why a lock file could not be opened. */
export type LockError = {
  readonly _tag: 'LockUnavailable'
  readonly file: string
  readonly why: string
}

/** Whether somebody else holds a link's lock; `cannot-tell` where no `flock` can be run. */
export type LockState = 'held' | 'free' | 'cannot-tell'

/** The lock file of a link: a name that people recognise, and a hash that no other link has. */
export const lockFileOf = (folder: string, link: LinkId): string => {
  const readable = link.replace(/[^a-z0-9.]+/gu, '_').slice(0, 40)
  const hash = createHash('sha256').update(link).digest('hex')
  return join(folder, `${readable}-${hash.slice(0, 32)}.lock`)
}

/**
 * Opens a lock file, creating it if need be; gives a descriptor to pass on and to close. Nobody ever
 * removes one: a lock on a removed file locks nobody out.
 */
export const openLockFile = (file: string): E.Either<LockError, number> => {
  try {
    mkdirSync(dirname(file), { recursive: true })
    return E.right(openOrCreate(file))
  } catch (error) {
    return E.left({ _tag: 'LockUnavailable', file, why: String(error) })
  }
}

// Another user's file may not be written to, nor need it be: `flock` locks what is only read.
const openOrCreate = (file: string): number => {
  try {
    return openSync(file, 'a')
  } catch (error) {
    if (!existsSync(file)) throw error
    return openSync(file, 'r')
  }
}

const takenHere = new Set<string>()

/** Notes that this process holds a lock, or gave it back: its own is no sign of somebody else. */
export const noteOwnLock = (file: string, isHeld: boolean): void => {
  if (isHeld) takenHere.add(file)
  else takenHere.delete(file)
}

/** Whether this process itself holds a lock. */
export const isOwnLock = (file: string): boolean => takenHere.has(file)

/**
 * Whether somebody else holds a lock, asked with a shared lock that is given back at once: askers do not
 * meet each other, and a launcher that meets one tries again (`launcher.sh`).
 */
export const probeLock = async (file: string): Promise<LockState> => {
  if (takenHere.has(file)) return 'free'
  let descriptor: number
  try {
    descriptor = openSync(file, 'r')
  } catch (error) {
    return hasCode(error, 'ENOENT') ? 'free' : 'cannot-tell'
  }
  try {
    return await tryLock(descriptor, 'shared')
  } finally {
    closeSync(descriptor)
  }
}

/** Locks what a descriptor is open on, for as long as it is open; `held`: somebody else has it. */
export const tryLock = async (
  descriptor: number,
  mode: 'shared' | 'exclusive',
): Promise<LockState> => {
  const args = ['-n', mode === 'shared' ? '-s' : '-x', '3']
  const code =
    (await runFlock('flock', args, descriptor)) ??
    (await runFlock('busybox', ['flock', ...args], descriptor))
  return code === 0 ? 'free' : code === 1 ? 'held' : 'cannot-tell'
}

const runFlock = (
  command: string,
  args: ReadonlyArray<string>,
  descriptor: number,
): Promise<number | null> =>
  new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'ignore', descriptor] })
    child.once('error', () => resolve(null))
    child.once('exit', (code) => resolve(code))
  })
