import * as E from 'fp-ts/Either'
import { setTimeout as sleep } from 'node:timers/promises'
import type { EventStoreDBClient } from '@eventstore/db-client'
import type { ReadError } from '../../ports/event-store'
import { deniedWhy } from './append-error'
import { failureOf, messageOf, spoilsClient } from './failure'
import type { StoreParts } from './store-parts'

/** How often one read follows a change of leader. */
const leadersMax = 5
const leaderPauseMs = 20

/** What a read gives; `deleted`: its stream was ended for good, `missing`: there is none. */
export type ReadAnswer<A> = E.Either<ReadError, A | 'missing' | 'deleted'>

/** Reads from the node that leads: another one may be behind. */
export const reading = async <A>(
  { clients }: StoreParts,
  read: (client: EventStoreDBClient) => Promise<A>,
): Promise<ReadAnswer<A>> => {
  for (let leaders = 0; ; leaders += 1) {
    let client: EventStoreDBClient | undefined
    try {
      client = await clients.current()
      return E.right(await read(client))
    } catch (cause) {
      if (client !== undefined && spoilsClient(cause)) clients.replace(client)
      const failure = failureOf(cause)
      if (failure === 'not-found') return E.right('missing')
      if (failure === 'deleted') return E.right('deleted')
      if (failure !== 'not-leader' || leaders === leadersMax) return E.left(readErrorOf(cause))
    }
    await sleep(leaderPauseMs)
  }
}

/** What a failed read means. */
const readErrorOf = (cause: unknown): ReadError => {
  const why = messageOf(cause)
  return failureOf(cause) === 'denied'
    ? { _tag: 'Denied', why: deniedWhy(why), cause }
    : { _tag: 'Unavailable', why, cause }
}
