import * as E from 'fp-ts/Either'
import { siteLedgerStream, sitePolicyStream } from '../../domain/events'
import type { CopyTarget } from '../ports/copy-target'
import type { EventStore, Page, ReadError, RecordedEvent } from '../ports/event-store'
import { copyAppends } from './copy-appends'
import { copiedStreams, type CopiedStreams } from './copied-streams'
import type { CopyError } from './copy-errors'

/** From where to where events are copied. */
export type CopyEnds = {
  readonly source: EventStore
  readonly target: CopyTarget
  readonly sleepMs: (ms: number) => Promise<void>
  /** Told after each page: how many events so far, and how far in the source. */
  readonly onPage: (seen: { readonly events: number; readonly position: bigint }) => void
}

/** One way through a ledger from its start: what is in the target is compared, the rest appended. */
export type CopyPass = {
  /** Goes on to the end of the source; again: to where that is then. */
  readonly toEnd: () => Promise<E.Either<CopyError, void>>
  readonly streams: CopiedStreams
  readonly seen: () => { readonly events: number; readonly appended: number }
}

const pageSize = 1000
const categories = ['site', 'link', 'source']

/** A pass that stands before the first event. */
export const copyPass = (ends: CopyEnds): CopyPass => {
  const { source, target, sleepMs, onPage } = ends
  const streams = copiedStreams()
  const stored = eventQueue(target.store)
  let after: bigint | null = null
  const seen = { events: 0, appended: 0 }

  const takePage = async (
    events: ReadonlyArray<RecordedEvent>,
  ): Promise<E.Either<CopyError, void>> => {
    for (const event of events) {
      const { stream, revision } = event
      if (!streams.take(event)) return E.left({ _tag: 'StartGone', stream, revision })
    }
    const wanted = events.filter(isCopiedByPasses)
    const there = await stored.next(wanted.length)
    if (E.isLeft(there)) return E.left({ _tag: 'TargetFailed', error: there.left })
    const other = firstDifference(wanted, there.right)
    if (other !== undefined) return E.left(differs(other))
    const missing = wanted.slice(there.right.length)
    const unfit = target.isLedger ? missing.find(isChangeOfHold) : undefined
    if (unfit !== undefined) return E.left({ ...differs(unfit), _tag: 'TargetComplete' })
    const appended = await copyAppends(target, sleepMs, missing)
    if (E.isLeft(appended)) return appended
    seen.events += events.length
    seen.appended += missing.length
    return appended
  }

  const toEnd = async (): Promise<E.Either<CopyError, void>> => {
    for (;;) {
      const page: E.Either<ReadError, Page> = await source.readAll({
        after,
        categories,
        limit: pageSize,
      })()
      if (E.isLeft(page)) return E.left({ _tag: 'SourceFailed', error: page.left })
      const { events, next } = page.right
      const taken = await takePage(events)
      if (E.isLeft(taken)) return taken
      after = next ?? events.at(-1)?.position ?? after
      onPage({ events: seen.events, position: after ?? 0n })
      if (next !== null) continue
      const more = await stored.next(1)
      if (E.isLeft(more)) return E.left({ _tag: 'TargetFailed', error: more.left })
      const [extra] = more.right
      return extra === undefined ? E.right(undefined) : E.left(differs(extra))
    }
  }

  return { toEnd, streams, seen: () => ({ ...seen }) }
}

/** The event that a ledger begins with is the target's own business: with it, it is a ledger. */
const isCopiedByPasses = ({ stream, revision }: RecordedEvent): boolean =>
  stream !== siteLedgerStream || revision !== 0n

/** What might let a complete target grant before the rest of the copy is there. */
const isChangeOfHold = ({ stream, type }: RecordedEvent): boolean =>
  stream === sitePolicyStream || type === 'LinkReleased'

const differs = ({ stream, revision }: RecordedEvent) => ({
  _tag: 'TargetDiffers' as const,
  stream,
  revision,
})

const firstDifference = (
  wanted: ReadonlyArray<RecordedEvent>,
  found: ReadonlyArray<RecordedEvent>,
): RecordedEvent | undefined => {
  const index = found.findIndex((event, at) => !isSame(event, wanted[at]))
  return wanted[index]
}

/** Positions are the store's own; everything else must be the same, byte for byte. */
const isSame = (first: RecordedEvent, second: RecordedEvent | undefined): boolean =>
  second !== undefined &&
  first.stream === second.stream &&
  first.revision === second.revision &&
  first.id === second.id &&
  first.type === second.type &&
  first.data === second.data &&
  first.metadata === second.metadata

/** The events of a store that were there at first, in order, so many at a time. */
const eventQueue = (store: EventStore) => {
  let waiting: ReadonlyArray<RecordedEvent> = []
  let after: bigint | null = null
  let isOver = false
  return {
    next: async (count: number): Promise<E.Either<ReadError, ReadonlyArray<RecordedEvent>>> => {
      while (!isOver && waiting.length < count) {
        const page: E.Either<ReadError, Page> = await store.readAll({
          after,
          categories,
          limit: pageSize,
        })()
        if (E.isLeft(page)) return page
        waiting = [...waiting, ...page.right.events.filter(isCopiedByPasses)]
        after = page.right.next
        isOver = after === null
      }
      const taken = waiting.slice(0, count)
      waiting = waiting.slice(count)
      return E.right(taken)
    },
  }
}
