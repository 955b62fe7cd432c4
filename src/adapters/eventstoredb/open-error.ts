import type { AppendError, ReadError } from '../../ports/event-store'
import type { BadConnection, Connection } from './connection'

/**
 * Why a ledger on a server cannot be opened or created; `next` says what to do about it.
 *
 * - `BadConnection`: the connection string is not one that is used.
 * - `LedgerMissing`: the server holds no ledger.
 * - `NotALedger`: what begins there is none that this version knows.
 * - `Denied`, `Corrupt`, `Unavailable`: as for reads and appends.
 */
export type EventStoreDbOpenError = {
  readonly _tag:
    'BadConnection' | 'LedgerMissing' | 'NotALedger' | 'Denied' | 'Corrupt' | 'Unavailable'
  /** The server, without the password. */
  readonly path: string
  readonly why: string
  readonly next: string
}

/** What a connection string that is not used says of opening a ledger; no part of it is shown. */
export const badConnection = ({ why, next }: BadConnection): EventStoreDbOpenError => ({
  _tag: 'BadConnection',
  path: 'the connection string',
  why,
  next,
})

/** There is no ledger on a server. */
export const ledgerMissing = ({ shown }: Connection): EventStoreDbOpenError => ({
  _tag: 'LedgerMissing',
  path: shown,
  why: 'there is no ledger',
  next: `check the server's address, or create it: open-interval init --store '${shown}'`,
})

/** What begins on a server is no ledger. */
export const notALedger = ({ shown }: Connection, why: string): EventStoreDbOpenError => ({
  _tag: 'NotALedger',
  path: shown,
  why,
  next: 'use a server of its own for the ledger, or a newer version of this program',
})

/** Streams of a ledger lie on a server, but not what it begins with. */
export const unfinishedCopy = (connection: Connection): EventStoreDbOpenError => ({
  ...notALedger(connection, 'it holds streams of a ledger, but no ledger: an unfinished copy'),
  next: 'run the copy that began it again, or use a server that holds nothing of a ledger',
})

/** What an error of the store says of opening a ledger. */
export const openErrorOf = (
  { shown }: Connection,
  error: ReadError | AppendError,
): EventStoreDbOpenError => {
  switch (error._tag) {
    case 'Denied':
      return {
        _tag: 'Denied',
        path: shown,
        why: error.why,
        next: 'give this user reads of $all and reads and writes of link-, site- and source- streams',
      }
    case 'Corrupt':
      return {
        _tag: 'Corrupt',
        path: shown,
        why: error.why,
        next: 'restore the server from a backup',
      }
    case 'Unavailable':
    case 'UnknownOutcome':
      return unavailable(shown, error.why)
    case 'Conflict':
      return unavailable(shown, 'somebody else is creating it')
    case 'TooLarge':
    case 'InvalidEvent':
      return { _tag: 'NotALedger', path: shown, why: error._tag, next: 'report this as a bug' }
  }
}

const unavailable = (path: string, why: string): EventStoreDbOpenError => ({
  _tag: 'Unavailable',
  path,
  why,
  next: 'check that the server runs (GET /health/live), and what of TLS its address says',
})
