import {
  EventStoreDBClient,
  jsonEvent,
  type AppendResult,
  type ResolvedEvent,
  type StreamingRead,
} from '@eventstore/db-client'
import { randomUUID } from 'node:crypto'
import { within } from '../../src/adapters/eventstoredb/own-timer'

/** What a case of the table is played with: the bare client, and names that nobody else has. */
export type ObservedWorld = {
  readonly client: EventStoreDBClient
  readonly url: string
  readonly stream: () => string
  readonly close: () => Promise<void>
}

/** A world on one server. */
export const observedWorld = (url: string): ObservedWorld => {
  const client = EventStoreDBClient.connectionString(url)
  return {
    client,
    url,
    stream: () => `case${randomUUID().slice(0, 8)}-a`,
    // A read that was left early keeps it waiting.
    close: () => within(1000, client.dispose()).catch(() => undefined),
  }
}

/** An event of the bare client's. */
export const bareEvent = (data: Record<string, unknown> = { a: 1 }, id: string = randomUUID()) =>
  jsonEvent({ type: 'Tried', data, id })

/** `ok n`, or what an error is: its class, its code, and the revision that the stream is at. */
export const answerOf = async (result: Promise<AppendResult>): Promise<string> => {
  try {
    const { success, nextExpectedRevision } = await result
    return `${success ? 'ok' : 'no success'} ${nextExpectedRevision}`
  } catch (cause) {
    return errorIn(cause)
  }
}

/** The class of an error, its code, and the revision that a conflict names. */
export const errorIn = (cause: unknown): string => {
  if (!(cause instanceof Error)) return `no error: ${String(cause)}`
  const code =
    'code' in cause && cause.code !== undefined ? ` code ${JSON.stringify(cause.code)}` : ''
  if (!('actualVersion' in cause)) return `${cause.constructor.name}${code}`
  const { actualVersion: at } = cause
  return `${cause.constructor.name}${code} at ${String(at)} (${typeof at})`
}

/** The revisions that a read brings, or its error. */
export const revisionsIn = async (read: StreamingRead<ResolvedEvent>): Promise<string> => {
  try {
    const revisions: string[] = []
    for await (const { event } of read) revisions.push(String(event?.revision))
    return revisions.join(' ')
  } catch (cause) {
    return errorIn(cause)
  }
}
