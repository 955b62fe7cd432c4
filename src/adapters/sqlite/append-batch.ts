import * as E from 'fp-ts/Either'
import { appendEvents, type AppendAnswer, type WantedAppend } from './append-events'
import { busyTimeoutMs } from './connection'
import type { Operations } from './operations'
import { failureOf, readErrorOf } from './sqlite-failure'

/** How a write transaction went. */
export type BatchResult =
  | { readonly _tag: 'Committed'; readonly answers: ReadonlyArray<AppendAnswer> }
  /** Another process holds the write lock; nothing happened. */
  | { readonly _tag: 'Busy' }
  /** No transaction could be begun; nothing happened. */
  | { readonly _tag: 'NotBegun'; readonly cause: unknown }
  /** Something failed after it was begun: nobody knows what a crash would leave. */
  | { readonly _tag: 'Uncertain'; readonly cause: unknown }

/** Runs several appends in one transaction: each is answered for itself, one sync serves all. */
export const appendBatch = (
  operations: Operations,
  batch: ReadonlyArray<WantedAppend>,
): BatchResult => {
  const { connection } = operations
  try {
    connection.exec('BEGIN IMMEDIATE')
  } catch (cause) {
    return failureOf(cause) === 'busy' ? { _tag: 'Busy' } : { _tag: 'NotBegun', cause }
  }
  try {
    const answers = batch.map((wanted) => appendApart(operations, wanted))
    connection.exec('COMMIT')
    return { _tag: 'Committed', answers }
  } catch (cause) {
    return { _tag: 'Uncertain', cause }
  }
}

/** One append of several: a violated constraint takes back this one alone. */
const appendApart = (operations: Operations, wanted: WantedAppend): AppendAnswer => {
  const { connection } = operations
  connection.exec('SAVEPOINT append')
  try {
    const answer = appendEvents(operations, wanted)
    connection.exec('RELEASE append')
    return answer
  } catch (cause) {
    if (failureOf(cause) !== 'constraint') throw cause
    connection.exec('ROLLBACK TO append')
    connection.exec('RELEASE append')
    return E.left(readErrorOf(cause))
  }
}

/** Milliseconds to leave a lock alone after finding it held for the n-th time (0-based). */
export const backOffMs = (attempt: number): number =>
  Math.random() * Math.min(busyTimeoutMs * 2 ** Math.min(attempt, 3), 50)
