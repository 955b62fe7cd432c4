import * as E from 'fp-ts/Either'
import * as TE from 'fp-ts/TaskEither'
import { linkSync, rmSync, statSync } from 'node:fs'
import { siteLedgerStream } from '../../../domain/events'
import type { CopyTarget, LedgerOrigin } from '../../ports/copy-target'
import { connect } from './connection'
import { examineFile } from './examine-file'
import { initLedger } from './init-ledger'
import { writeIdFile } from './ledger-id-file'
import { halfMade, type OpenError } from './open-error'
import { openLedger, type OpenedLedger } from './open-ledger'
import { settleOutcome } from './settle-outcome'
import { readErrorOf } from './sqlite-failure'
import { unfinishedCopyOf } from './unfinished-copy'

/** Appends in one transaction at most: group commit takes what one turn of the event loop asks. */
const appendsAtOnce = 256

/**
 * Opens a file to copy a ledger into. An unfinished copy is kept beside it under another name, where
 * no command looks for a ledger, and gets the name that was asked for once it is whole.
 */
export const openCopyTarget = (
  path: string,
  origin: LedgerOrigin,
): TE.TaskEither<OpenError, CopyTarget> => {
  const kind = examineFile(path)
  if (kind === 'blank') return TE.left(halfMade(path))
  if (kind === 'none') return openUnfinished(path, origin)
  return kind === 'ledger' ? openComplete(path, origin) : TE.left(kind)
}

const openComplete =
  (path: string, origin: LedgerOrigin): TE.TaskEither<OpenError, CopyTarget> =>
  async () => {
    const opened = await openOwn(path, origin)
    if (E.isLeft(opened)) return opened
    // A copy that was killed at its very end left its other name behind.
    if (isSameFile(path, unfinishedCopyOf(path))) removeUnfinished(path)
    const { store } = opened.right
    return E.right({
      store,
      isLedger: true,
      appendsAtOnce,
      complete: () => TE.right(undefined),
      close: store.close,
    })
  }

const openUnfinished =
  (path: string, origin: LedgerOrigin): TE.TaskEither<OpenError, CopyTarget> =>
  async () => {
    const unfinished = unfinishedCopyOf(path)
    const begun = await initLedger(unfinished, origin.created)()
    if (E.isLeft(begun)) return begun
    const opened = await openOwn(unfinished, origin)
    if (E.isLeft(opened)) return opened
    const { store } = opened.right
    return E.right({
      store,
      isLedger: false,
      appendsAtOnce,
      complete: () => async () => {
        await store.close()
        return E.tryCatch(() => nameLedger(path, origin.ledgerId), readErrorOf)
      },
      close: store.close,
    })
  }

/** Opens what is at a path if it began as the ledger that is copied. */
const openOwn = async (
  path: string,
  { ledgerId, created }: LedgerOrigin,
): Promise<E.Either<OpenError, OpenedLedger>> => {
  const opened = await openLedger(path)()
  if (E.isLeft(opened)) return opened
  const { store } = opened.right
  const first = await store.readStream({
    stream: siteLedgerStream,
    direction: 'forwards',
    from: 'start',
    limit: 1,
  })()
  const isOwn =
    E.isRight(first) &&
    first.right.events.some(
      ({ id, data, metadata }) =>
        id === created.id && data === created.data && metadata === created.metadata,
    )
  if (isOwn) return opened
  await store.close()
  return E.left({
    _tag: 'LedgerIdMismatch',
    path,
    expected: ledgerId,
    found: opened.right.ledgerId,
    next: 'name a file that is not there yet with --to; this one is left as it is',
  })
}

/** Gives a whole copy its name, durably and in the place of nothing; throws what the system throws. */
const nameLedger = (path: string, ledgerId: string): void => {
  const unfinished = unfinishedCopyOf(path)
  const connection = connect(unfinished)
  try {
    if (!settleOutcome(connection)) throw new Error(`${unfinished} is in use by another process`)
  } finally {
    connection.close()
  }
  linkSync(unfinished, path)
  writeIdFile(path, ledgerId)
  removeUnfinished(path)
}

const removeUnfinished = (path: string): void => {
  for (const suffix of ['.id', '-wal', '-shm', '']) {
    rmSync(`${unfinishedCopyOf(path)}${suffix}`, { force: true })
  }
}

const isSameFile = (first: string, second: string): boolean => {
  const [one, other] = [first, second].map((path) => statSync(path, { throwIfNoEntry: false }))
  return one !== undefined && other !== undefined && one.dev === other.dev && one.ino === other.ino
}
