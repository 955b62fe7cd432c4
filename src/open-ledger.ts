import * as E from 'fp-ts/Either'
import { randomUUID } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { siteLedgerStream, type OwnerProcess } from '../domain/events'
import type { LinkId } from '../domain/link-id'
import { emptyHead, sealEvents } from './adapters/codec'
import { openLinuxClock } from './adapters/linux/clock'
import { isOwnLock, lockFileOf, probeLock } from './adapters/linux/link-lock'
import { linuxLinkLocks } from './adapters/linux/link-locks'
import { linuxLiveness } from './adapters/linux/liveness'
import { processWithPid } from './adapters/linux/owner-process'
import { signedHost } from './adapters/linux/signed-host'
import type { EventStoreDbOpenError } from './adapters/eventstoredb/open-error'
import { initLedger, type InitializedLedger } from './adapters/sqlite/init-ledger'
import { openLedger as openSqliteLedger } from './adapters/sqlite/open-ledger'
import type { OpenError } from './adapters/sqlite/open-error'
import { isUnfinishedCopy } from './adapters/sqlite/unfinished-copy'
import { sqliteSnapshotStore, viewsFileOf } from './adapters/sqlite/sqlite-snapshot-store'
import { draw } from './application/draw'
import { foldStream } from './application/fold-stream'
import { liveViews } from './application/live-views'
import { recallingParts } from './application/recalling-parts'
import type { LedgerParts } from './application/ledger-parts'
import type { Clock } from './ports/clock'
import type { EventStore } from './ports/event-store'
import type { LinkLocks } from './ports/link-locks'
import type { Liveness } from './ports/liveness'

/** Why a ledger cannot be worked on: `why` says what is wrong, `next` what to do about it. */
export type LedgerError = {
  readonly _tag: OpenError['_tag'] | EventStoreDbOpenError['_tag'] | 'ClockUnreadable'
  readonly path: string
  readonly why: string
  readonly next: string
}

/** An opened ledger with everything that the application needs of this host. */
export type OpenLedger = {
  /** Where it is, for messages: a path, or the address of a server without the password. */
  readonly path: string
  readonly ledgerId: string
  readonly access: 'read-write' | 'read-only' | 'private-copy'
  readonly locksFolder: string
  /** The file of views of this host. */
  readonly viewsFile: string
  readonly parts: LedgerParts
  readonly liveness: Liveness
  /** The links' locks, to be taken by this process itself (R2). */
  readonly locks: LinkLocks
  /** This process, as the owner of what is granted to it. */
  readonly thisProcess: () => OwnerProcess | null
  /** Whether a link's lock is taken, by this process too, or nobody can tell (R2). */
  readonly isLockHeld: (link: LinkId) => Promise<boolean>
  /** Whether somebody certainly has it, this process included: what is told must not be guessed. */
  readonly isLocked: (link: LinkId) => Promise<boolean>
  readonly close: () => Promise<void>
}

/** The lease of a supervised dial where several hosts share the ledger (R5). */
const sharedLeaseSec = 60

/** Opens a ledger that is there, a file or on a server (`esdb://...`); never creates one. */
export const openLedger = async (
  place: string,
  options: { readonly readOnly: boolean },
): Promise<E.Either<LedgerError, OpenLedger>> => {
  const clock = openLinuxClock()
  if (E.isLeft(clock)) return E.left(clockUnreadable(place, clock.left))
  const opened = isOnServer(place)
    ? await openedOnServer(place, options)
    : await openedFile(place, options)
  return E.isLeft(opened) ? opened : E.right(ledgerOn(opened.right, clock.right))
}

/** Whether a place is a server's address rather than a file's path. */
const isOnServer = (place: string): boolean => /^esdb(\+discover)?:/u.test(place)

type OpenedStore = Pick<
  OpenLedger,
  'path' | 'ledgerId' | 'access' | 'locksFolder' | 'viewsFile'
> & {
  readonly store: EventStore
  readonly isShared: boolean
  /** What tells this host from others of its name; null: no others share the ledger, or it only reads. */
  readonly hostMark: string | null
}

const openedFile = async (
  path: string,
  options: { readonly readOnly: boolean },
): Promise<E.Either<LedgerError, OpenedStore>> => {
  if (isUnfinishedCopy(path)) return E.left(unfinishedCopy(path))
  const opened = await openSqliteLedger(path, options)()
  if (E.isLeft(opened)) return E.left(ledgerErrorOf(opened.left))
  // One ledger has one folder of locks, whatever path it was reached by.
  const locksFolder = `${realpathSync(path)}.locks`
  const viewsFile = viewsFileOf(path)
  return E.right({ ...opened.right, locksFolder, viewsFile, isShared: false, hostMark: null })
}

const openedOnServer = async (
  url: string,
  options: { readonly readOnly: boolean },
): Promise<E.Either<LedgerError, OpenedStore>> => {
  const { openOnServer } = await import('./wire-eventstoredb')
  const opened = await openOnServer(url, options)
  if (E.isLeft(opened)) return opened
  const { shown: path, ...ledger } = opened.right
  const access = options.readOnly ? 'read-only' : 'read-write'
  return E.right({ ...ledger, path, access, isShared: true })
}

const ledgerOn = (opened: OpenedStore, clock: Clock): OpenLedger => {
  const { store, ledgerId, access, locksFolder, viewsFile, isShared, hostMark } = opened
  const readOnly = access !== 'read-write'
  const snapshots = sqliteSnapshotStore({ path: viewsFile, ledgerId, readOnly })
  const host = hostMark === null ? hostname() : signedHost(hostname(), hostMark)
  const here = () => clock.read()
  const parts: LedgerParts = {
    store,
    fold: foldStream(store, snapshots, liveViews()),
    clock,
    host,
    actor: callerName(process.env['SUDO_USER']),
    newId: randomUUID,
    draw,
    sleepMs: (ms) => sleep(ms),
    ...(isShared ? { sharedLeaseSec } : {}),
  }
  return {
    ...{ path: opened.path, ledgerId, access, locksFolder, viewsFile },
    // A file is asked in microseconds: there is nothing to recall.
    parts: isShared ? recallingParts(parts) : parts,
    liveness: linuxLiveness({ lockFolder: locksFolder, here, host, sharedLedger: isShared }),
    locks: linuxLinkLocks(locksFolder),
    thisProcess: () => processWithPid(process.pid),
    isLockHeld: async (link) => {
      const file = lockFileOf(locksFolder, link)
      return isOwnLock(file) || (await probeLock(file)) !== 'free'
    },
    isLocked: async (link) => {
      const file = lockFileOf(locksFolder, link)
      return isOwnLock(file) || (await probeLock(file)) === 'held'
    },
    close: async () => {
      await snapshots.close()
      await store.close()
    },
  }
}

/** Creates a ledger, or finds it there: the only thing that does (it must be meant). */
export const createLedger = async (
  place: string,
): Promise<E.Either<LedgerError, CreatedLedger>> => {
  const clock = openLinuxClock()
  if (E.isLeft(clock)) return E.left(clockUnreadable(place, clock.left))
  const sealed = sealEvents(emptyHead(siteLedgerStream), [ledgerCreated(clock.right)])
  if (E.isLeft(sealed)) {
    const next = 'report this as a bug'
    return E.left({ _tag: 'NotALedger', path: place, why: sealed.left.why, next })
  }
  const [first] = sealed.right.events
  if (isOnServer(place)) {
    const { createOnServer } = await import('./wire-eventstoredb')
    return createOnServer(place, first)
  }
  const created = await initLedger(place, first)()
  return E.isLeft(created)
    ? E.left(ledgerErrorOf(created.left))
    : E.right({ ...created.right, shown: place })
}

/** A ledger that is there now; `shown`: where, without a password. */
export type CreatedLedger = InitializedLedger & { readonly shown: string }

const ledgerCreated = (clock: Clock) => {
  const now = clock.read()
  return {
    type: 'LedgerCreated' as const,
    id: randomUUID(),
    data: { ledgerId: randomUUID() },
    metadata: {
      schema: 1 as const,
      occurred: now,
      appended: now,
      host: hostname(),
      source: { kind: 'record' as const },
      actor: callerName(process.env['SUDO_USER']),
    },
  }
}

/** Who calls; a user without a name, as containers have them, goes by the number. */
const callerName = (sudoUser: string | undefined): string => {
  const name = E.toUnion(
    E.tryCatch(
      () => userInfo().username,
      () => `uid ${process.getuid?.() ?? 'unknown'}`,
    ),
  )
  return name === 'root' && sudoUser !== undefined ? `${sudoUser} as root` : name
}

/** Half a ledger may lack the very evidence, or the hold, that forbids a dial. */
const unfinishedCopy = (path: string): LedgerError => ({
  _tag: 'NotALedger',
  path,
  why: 'an unfinished copy',
  next: 'run the same copy again: it goes on, and gives the file its name once it is whole',
})

const clockUnreadable = (path: string, error: { readonly why: string }): LedgerError => ({
  _tag: 'ClockUnreadable',
  path,
  why: error.why,
  next: 'run where /proc is mounted: without the boot clock no age can be proven',
})

/** What a store's error says of opening a ledger, in words. */
export const ledgerErrorOf = (error: OpenError): LedgerError => ({
  _tag: error._tag,
  path: error.path,
  why: whyOf(error),
  next: error.next,
})

const whyOf = (error: OpenError): string => {
  switch (error._tag) {
    case 'LedgerMissing':
      return error.hadOne ? 'the ledger is gone' : 'there is no ledger'
    case 'LedgerIdMismatch':
      return `ledger ${error.found} lies where ${error.expected} was`
    case 'NewerSchema':
      return `schema ${error.schema} is newer than ${error.schemaMax}, the newest known here`
    case 'NetworkFileSystem':
      return `${error.fileSystem} is a network file system`
    case 'ReadOnlyMedia':
      return 'it lies where nothing can be written'
    case 'NotALedger':
      return `no ledger: ${error.why}`
    case 'Denied':
    case 'Corrupt':
    case 'DiskFull':
    case 'Unavailable':
      return error.why
  }
}
