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
import { initLedger, type InitializedLedger } from './adapters/sqlite/init-ledger'
import { openLedger as openSqliteLedger } from './adapters/sqlite/open-ledger'
import type { OpenError } from './adapters/sqlite/open-error'
import { sqliteSnapshotStore, viewsFileOf } from './adapters/sqlite/sqlite-snapshot-store'
import { draw } from './application/draw'
import { foldStream } from './application/fold-stream'
import { liveViews } from './application/live-views'
import type { LedgerParts } from './application/ledger-parts'
import type { Clock } from './ports/clock'
import type { LinkLocks } from './ports/link-locks'
import type { Liveness } from './ports/liveness'

/** Why a ledger cannot be worked on: `why` says what is wrong, `next` what to do about it. */
export type LedgerError = {
  readonly _tag: OpenError['_tag'] | 'ClockUnreadable'
  readonly path: string
  readonly why: string
  readonly next: string
}

/** An opened ledger with everything that the application needs of this host. */
export type OpenLedger = {
  readonly path: string
  readonly ledgerId: string
  readonly access: 'read-write' | 'read-only' | 'private-copy'
  readonly locksFolder: string
  readonly parts: LedgerParts
  readonly liveness: Liveness
  /** The links' locks, to be taken by this process itself (R2). */
  readonly locks: LinkLocks
  /** This process, as the owner of what is granted to it. */
  readonly thisProcess: () => OwnerProcess | null
  /** Whether somebody else has a link's lock, or nobody can tell (R2). */
  readonly isLockHeld: (link: LinkId) => Promise<boolean>
  /** Whether somebody certainly has it, this process included: what is told must not be guessed. */
  readonly isLocked: (link: LinkId) => Promise<boolean>
  readonly close: () => Promise<void>
}

/** Opens an embedded ledger that is there; never creates one. */
export const openLedger = async (
  path: string,
  options: { readonly readOnly: boolean },
): Promise<E.Either<LedgerError, OpenLedger>> => {
  const clock = openLinuxClock()
  if (E.isLeft(clock)) return E.left(clockUnreadable(path, clock.left))
  const opened = await openSqliteLedger(path, options)()
  if (E.isLeft(opened)) return E.left(ledgerErrorOf(opened.left))
  const { store, ledgerId, access } = opened.right
  const readOnly = access !== 'read-write'
  const snapshots = sqliteSnapshotStore({ path: viewsFileOf(path), ledgerId, readOnly })
  // One ledger has one folder of locks, whatever path it was reached by.
  const locksFolder = `${realpathSync(path)}.locks`
  const host = hostname()
  const here = () => clock.right.read()
  return E.right({
    path,
    ledgerId,
    access,
    locksFolder,
    parts: {
      store,
      fold: foldStream(store, snapshots, liveViews()),
      clock: clock.right,
      host,
      actor: callerName(process.env['SUDO_USER']),
      newId: randomUUID,
      draw,
      sleepMs: (ms) => sleep(ms),
    },
    liveness: linuxLiveness({ lockFolder: locksFolder, here, host, sharedLedger: false }),
    locks: linuxLinkLocks(locksFolder),
    thisProcess: () => processWithPid(process.pid),
    isLockHeld: async (link) => (await probeLock(lockFileOf(locksFolder, link))) !== 'free',
    isLocked: async (link) => {
      const file = lockFileOf(locksFolder, link)
      return isOwnLock(file) || (await probeLock(file)) === 'held'
    },
    close: async () => {
      await snapshots.close()
      await store.close()
    },
  })
}

/** Creates an embedded ledger, or finds it there: the only thing that does (it must be meant). */
export const createLedger = async (
  path: string,
): Promise<E.Either<LedgerError, InitializedLedger>> => {
  const clock = openLinuxClock()
  if (E.isLeft(clock)) return E.left(clockUnreadable(path, clock.left))
  const sealed = sealEvents(emptyHead(siteLedgerStream), [ledgerCreated(clock.right)])
  if (E.isLeft(sealed)) {
    return E.left({ _tag: 'NotALedger', path, why: sealed.left.why, next: 'report this as a bug' })
  }
  const created = await initLedger(path, sealed.right.events[0])()
  return E.isLeft(created) ? E.left(ledgerErrorOf(created.left)) : created
}

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
