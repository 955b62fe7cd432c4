import * as E from 'fp-ts/Either'
import type { LedgerError } from './open-ledger'
import { ledgerErrorOf } from './open-ledger'
import type { NamedTarget } from './cli/copy'
import type { StoreLocation } from './cli/store-location'
import type { LedgerOrigin } from './ports/copy-target'

/** Opens a file or a server to copy a ledger into: a new place, or what an earlier copy left. */
export const openToCopyInto = (
  location: StoreLocation,
  origin: LedgerOrigin,
): Promise<E.Either<LedgerError, NamedTarget>> =>
  location.kind === 'sqlite' ? openFile(location.path, origin) : openServer(location.url, origin)

const openFile = async (
  path: string,
  origin: LedgerOrigin,
): Promise<E.Either<LedgerError, NamedTarget>> => {
  const { openCopyTarget } = await import('./adapters/sqlite/copy-target')
  const opened = await openCopyTarget(path, origin)()
  return E.isLeft(opened)
    ? E.left(ledgerErrorOf(opened.left))
    : E.right({ ...opened.right, name: `sqlite:${path}` })
}

const openServer = async (
  url: string,
  origin: LedgerOrigin,
): Promise<E.Either<LedgerError, NamedTarget>> => {
  const { openCopyTarget } = await import('./adapters/eventstoredb/copy-target')
  const opened = await openCopyTarget(url, origin)
  return E.isLeft(opened) ? opened : E.right({ ...opened.right, name: opened.right.shown })
}
