import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import { linkOfStream, type LinkId } from '../../domain/link-id'
import type { EventStore, ReadError } from '../ports/event-store'

/** Every link that a ledger knows, sorted by name. */
export const knownLinks = (store: EventStore): TE.TaskEither<ReadError, ReadonlyArray<LinkId>> =>
  pipe(
    store.streams('link'),
    TE.map((streams) => streams.flatMap((stream) => linkOfStream(stream) ?? []).toSorted()),
  )
