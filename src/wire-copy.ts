import * as E from 'fp-ts/Either'
import { openCopyTarget, type LedgerOrigin } from './adapters/sqlite/copy-target'
import { ledgerErrorOf, type LedgerError } from './open-ledger'
import type { CopyTarget } from './ports/copy-target'

/** Opens a file to copy a ledger into: a new one, an unfinished copy, or a copy to add the rest to. */
export const openFileToCopyInto = async (
  path: string,
  origin: LedgerOrigin,
): Promise<E.Either<LedgerError, CopyTarget>> => {
  const opened = await openCopyTarget(path, origin)()
  return E.isLeft(opened) ? E.left(ledgerErrorOf(opened.left)) : opened
}
