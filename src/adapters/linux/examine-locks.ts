import { accessSync, closeSync, constants, openSync, readdirSync, readlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { HostFinding } from './examine-host'
import { probeLock, tryLock } from './link-lock'
import { openProcessTable } from './process-table'

/** The folder of a ledger's locks, and the network file system that it lies on, if it does. */
export type LocksPlace = {
  readonly folder: string
  readonly networkFileSystem: string | null
}

/** Most lock files that are looked at: asking for one starts a process. */
const locksMax = 500

/** Looks whether locks can be had where dials need them (R2), and who has them now. */
export const examineLocks = async (place: LocksPlace): Promise<ReadonlyArray<HostFinding>> => {
  const { folder, networkFileSystem } = place
  const names = namesIn(folder)
  if (names === null) return [findingOfNone(folder)]
  if (networkFileSystem !== null) {
    const what = `${folder} is on ${networkFileSystem}: locks do not reach every host there`
    return [{ check: 'locks', level: 'danger', what, next: 'mount no network file system there' }]
  }
  return [
    folderFinding(folder),
    await flockFinding(folder),
    ...(await heldLocks(folder, names.filter((name) => name.endsWith('.lock')).slice(0, locksMax))),
  ]
}

const namesIn = (folder: string): ReadonlyArray<string> | null => {
  try {
    return readdirSync(folder)
  } catch {
    return null
  }
}

const mayWrite = (folder: string): boolean => {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}

const findingOfNone = (folder: string): HostFinding =>
  mayWrite(dirname(folder))
    ? { check: 'locks', level: 'ok', what: `${folder}: the first dial makes it`, next: null }
    : {
        check: 'locks',
        level: 'danger',
        what: `${folder} cannot be read or made by this user, so it may not dial`,
        next: 'run this as the user who dials, or give it the folder',
      }

const folderFinding = (folder: string): HostFinding =>
  mayWrite(folder)
    ? { check: 'locks', level: 'ok', what: `${folder} can be written`, next: null }
    : {
        check: 'locks',
        level: 'warning',
        what: `${folder} cannot be written by this user: a new link cannot be dialed`,
        next: 'run this as the user who dials, or give it the folder',
      }

/** Locks the folder itself, twice: the second time must fail. Nothing is left behind. */
const flockFinding = async (folder: string): Promise<HostFinding> => {
  const descriptors = [openSync(folder, 'r'), openSync(folder, 'r')] as const
  try {
    const first = await tryLock(descriptors[0], 'exclusive')
    const second = first === 'free' ? await tryLock(descriptors[1], 'shared') : first
    return flockFindings[second]
  } finally {
    descriptors.forEach((descriptor) => closeSync(descriptor))
  }
}

const flockFindings = {
  held: { check: 'flock', level: 'ok', what: 'a lock there locks others out', next: null },
  free: {
    check: 'flock',
    level: 'danger',
    what: 'a lock there locks nobody out: two dials of one link could run at once',
    next: 'move the ledger with its locks to a local disk',
  },
  'cannot-tell': {
    check: 'flock',
    level: 'danger',
    what: 'neither flock nor busybox can be run: no dial can take its lock, so none starts',
    next: 'install util-linux or busybox',
  },
} as const satisfies Record<string, HostFinding>

const heldLocks = async (
  folder: string,
  names: ReadonlyArray<string>,
): Promise<ReadonlyArray<HostFinding>> => {
  const held: string[] = []
  for (const name of names) if ((await probeLock(join(folder, name))) === 'held') held.push(name)
  if (held.length === 0) return []
  const holders = openFilesIn(folder)
  return held.map((name) => heldFinding(name, holders.get(join(folder, name)) ?? []))
}

const heldFinding = (name: string, pids: ReadonlyArray<number>): HostFinding => {
  const holders = pids.map((pid) => `${commandOf(pid)} (pid ${pid})`).join(', ')
  return pids.length > 0
    ? { check: 'lock-held', level: 'ok', what: `${name} is open in ${holders}`, next: null }
    : {
        check: 'lock-held',
        level: 'warning',
        what: `${name} is held by a process that this user or this container cannot see`,
        next: 'look as root, on the host and in the other containers',
      }
}

/** The processes that have files of a folder open, as far as this user may see them. */
const openFilesIn = (folder: string): ReadonlyMap<string, ReadonlyArray<number>> => {
  const found = new Map<string, number[]>()
  const others = (namesIn('/proc') ?? [])
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid)
  for (const pid of others) {
    const files = new Set((namesIn(`/proc/${pid}/fd`) ?? []).map((fd) => linkOf(pid, fd)))
    for (const file of files) {
      if (file === null || dirname(file) !== folder) continue
      found.set(file, [...(found.get(file) ?? []), pid])
    }
  }
  return found
}

const linkOf = (pid: number, descriptor: string): string | null => {
  try {
    return readlinkSync(`/proc/${pid}/fd/${descriptor}`)
  } catch {
    return null
  }
}

const commandOf = (pid: number): string => {
  const stat = openProcessTable()?.find(pid)
  return stat?.name ?? 'unknown'
}
