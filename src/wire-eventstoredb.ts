import * as E from 'fp-ts/Either'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { initLedger } from './adapters/eventstoredb/init-ledger'
import type { EventStoreDbOpenError } from './adapters/eventstoredb/open-error'
import { openLedger } from './adapters/eventstoredb/open-ledger'
import { hostMarkIn } from './adapters/linux/host-mark'
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
    const next = `give this user ${state.folder}, or name another folder with STATE_DIRECTORY`
    return E.left({ _tag: 'Denied', path: folder, why: hostMark.left, next })
  }
  return E.right({
    store,
    ledgerId,
    shown: connection.shown,
    locksFolder: join(folder, 'locks'),
    viewsFile: join(folder, 'views.db'),
    hostMark: hostMark.right,
  })
}

/** The mark of this host in a folder, which is made where it is not there; left: why it cannot. */
const markIn = (folder: string): E.Either<string, string> =>
  E.tryCatch(
    () => {
      mkdirSync(folder, { recursive: true })
      return hostMarkIn(folder)
    },
    (cause) => (cause instanceof Error ? cause.message : String(cause)),
  )

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
