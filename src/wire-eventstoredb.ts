import * as E from 'fp-ts/Either'
import * as TE from 'fp-ts/TaskEither'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { initLedger } from './adapters/eventstoredb/init-ledger'
import type { EventStoreDbOpenError } from './adapters/eventstoredb/open-error'
import { openLedger } from './adapters/eventstoredb/open-ledger'
import { hostMarkIn } from './adapters/linux/host-mark'
import { networkFileSystemOf } from './adapters/sqlite/network-file-system'
import type { EventStore, SealedEvent } from './ports/event-store'
import { stateFolder } from './state-folder'

/** A ledger on a server, and where this host keeps what belongs to it. */
export type OpenedOnServer = {
  readonly store: EventStore
  readonly ledgerId: string
  /** Its address without the password, for messages. */
  readonly shown: string
  readonly locksFolder: string
  readonly viewsFile: string
  /** What tells this host from others of its name; null: it only reads. */
  readonly hostMark: string | null
}

/** Opens a ledger on a server; its views and the links' locks are in the host's state folder. */
export const openOnServer = async (
  url: string,
  { readOnly }: { readonly readOnly: boolean },
): Promise<E.Either<EventStoreDbOpenError, OpenedOnServer>> => {
  const opened = await openLedger(url)
  if (E.isLeft(opened)) return opened
  const { store, ledgerId, connection } = opened.right
  const state = stateFolder(process.env, process.getuid?.() === 0)
  const folder = join(state.folder, ledgerId)
  const hostMark = readOnly ? E.right(null) : markIn(folder)
  if (E.isLeft(hostMark)) {
    await store.close()
    return E.left({ _tag: 'Denied', path: folder, ...hostMark.left })
  }
  return E.right({
    store: readOnly ? unwritable(store) : store,
    ledgerId,
    shown: connection.shown,
    locksFolder: join(folder, 'locks'),
    viewsFile: join(folder, 'views.db'),
    hostMark: hostMark.right,
  })
}

type FolderProblem = Pick<EventStoreDbOpenError, 'why' | 'next'>

/** The mark of this host in its folder, which is made where it is not there. */
const markIn = (folder: string): E.Either<FolderProblem, string> => {
  try {
    mkdirSync(folder, { recursive: true })
    const fileSystem = networkFileSystemOf(folder)
    return fileSystem === undefined
      ? E.right(hostMarkIn(folder))
      : E.left({
          why: `${fileSystem} is a network file system: locks and views belong to one machine`,
          next: 'name a folder on a local disk with STATE_DIRECTORY',
        })
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    const next = 'give this user that folder, or name another one with STATE_DIRECTORY'
    return E.left({ why, next })
  }
}

const unwritable = (store: EventStore): EventStore => ({
  ...store,
  append: () => TE.left({ _tag: 'Denied', why: 'the ledger was opened for reading' }),
})

/** Creates a ledger on a server, or finds it there. */
export const createOnServer = async (
  url: string,
  ledgerCreated: SealedEvent,
): Promise<
  E.Either<
    EventStoreDbOpenError,
    { readonly ledgerId: string; readonly created: boolean; readonly shown: string }
  >
> => {
  const created = await initLedger(url, ledgerCreated)
  return E.isLeft(created)
    ? created
    : E.right({
        ledgerId: created.right.ledgerId,
        created: created.right.created,
        shown: created.right.connection.shown,
      })
}
