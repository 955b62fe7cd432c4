import * as E from 'fp-ts/Either'
import type { EventStoreDBClient } from '@eventstore/db-client'
import type { ReadError } from '../../ports/event-store'
import { collected } from './collected'
import { reading } from './reading'
import type { StoreParts } from './store-parts'

/** Events of everybody's that are looked at for the last one of the ledger. */
const pageSize = 200
const pagesMax = 5

/**
 * Finds the position behind which nothing of the ledger is: its last event's, or, where the server has
 * written much for itself since, the end of its whole log.
 */
export const findEnd = async (parts: StoreParts): Promise<E.Either<ReadError, bigint | null>> => {
  const read = await reading(parts, async (client) => {
    let head: bigint | null = null
    let from: bigint | 'end' = 'end'
    for (let pages = 0; pages < pagesMax; pages += 1) {
      const events = await pageBefore(parts, client, from)
      if (pages === 0) head = events[0]?.position.commit ?? null
      const last = events.find((event) => isOurs(parts, event.streamId))
      if (last !== undefined) return last.position.commit
      const oldest = events.at(-1)
      if (oldest === undefined || events.length < pageSize) return null
      from = oldest.position.commit
    }
    return head
  })
  if (E.isLeft(read)) return read
  return typeof read.right === 'string' ? E.right(null) : E.right(read.right)
}

const isOurs = ({ categories }: StoreParts, stream: string): boolean =>
  categories.includes(stream.slice(0, stream.indexOf('-')))

const pageBefore = ({ patience }: StoreParts, client: EventStoreDBClient, from: bigint | 'end') =>
  collected(
    client.readAll({
      direction: 'backwards',
      fromPosition: from === 'end' ? from : { commit: from, prepare: from },
      maxCount: pageSize,
      requiresLeader: true,
    }),
    patience.readMs,
  )
