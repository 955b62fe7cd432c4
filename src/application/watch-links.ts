import * as E from 'fp-ts/Either'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { sitePolicyStream } from '../../domain/events'
import { linkOfStream, streamOfLink, type LinkId } from '../../domain/link-id'
import type { ReadError } from '../ports/event-store'
import { sleepUntil } from './boot-sleep'
import { inboxOf, type Inbox } from './inbox'
import { knownLinks } from './known-links'
import type { LedgerParts } from './ledger-parts'
import { observeLink, statusRow, type IsLocked, type StatusRow } from './status-row'
import { subscription, type SubscriptionMessage } from './subscription'

/** A link that is in another phase than when it was looked at before; `from` null: the first look. */
export type PhaseChange = {
  readonly link: LinkId
  readonly from: StatusRow['phase'] | null
  readonly to: StatusRow['phase']
  /** When that was seen, by the wall clock of this host. */
  readonly at: string
  readonly row: StatusRow
}

/** A link as it was just seen, and the reading that its countdown runs from. */
export type SeenLink = { readonly row: StatusRow; readonly uptimeCs: number }

/**
 * What a watcher of links is told, in order.
 *
 * - `Looked`: links that were looked at, and those of them that changed their phase.
 * - `Seen`: every link that there is has been told; what follows is live. Once.
 * - `Interrupted`, `Failed`: as in a subscription.
 */
export type WatchMessage =
  | {
      readonly _tag: 'Looked'
      readonly seen: ReadonlyArray<SeenLink>
      readonly changes: ReadonlyArray<PhaseChange>
    }
  | { readonly _tag: 'Seen' }
  | Extract<SubscriptionMessage, { readonly _tag: 'Interrupted' | 'Failed' }>

/** What to watch; `link` null: all links, also those that appear later. */
export type WatchRequest = {
  readonly ledgerId: string
  readonly link: LinkId | null
  readonly isLocked: IsLocked
  readonly signal: AbortSignal
}

/** Links that are looked at before they are told and others get a turn. */
const linksAtOnce = 200

/** Least time until the clock alone makes a link be looked at again, when that changed nothing. */
const unchangedCsMin = 100

/** How often a lock that is held though its attempt is over is asked for: no event tells its end. */
const lockRecheckCs = 500

const retryMs = 1_000

type Known = { readonly phase: StatusRow['phase']; readonly dueCs: number | null }

type Watch = {
  readonly parts: LedgerParts
  readonly request: WatchRequest
  readonly news: Inbox<SubscriptionMessage>
  readonly known: Map<LinkId, Known>
  /** Links to look at: something was appended to them, or time may have changed them. */
  readonly stale: Set<LinkId>
}

/**
 * Tells how links stand, then each change, until the signal ends it: woken by what is appended and by
 * the clock when the next countdown ends. Only links that may have changed are looked at again. What
 * begins and is over again between two looks is not told.
 */
export async function* watchLinks(
  parts: LedgerParts,
  request: WatchRequest,
): AsyncGenerator<WatchMessage, void, undefined> {
  const ended = new AbortController()
  const signal = AbortSignal.any([request.signal, ended.signal])
  try {
    const begun = await begin(parts, { ...request, signal })
    if (E.isLeft(begun)) return yield { _tag: 'Failed', error: begun.left }
    if (!(yield* look(begun.right))) return
    yield { _tag: 'Seen' }
    while (!signal.aborted) {
      const result = begun.right.news.take()
      if (result === undefined) await nextWake(begun.right)
      else if (result.done === true) return
      else yield* heed(begun.right, result.value)
      if (!(yield* look(begun.right))) return
    }
  } finally {
    ended.abort()
  }
}

/** The end of the ledger comes first: what is appended while the links are read is told after them. */
const begin = async (
  parts: LedgerParts,
  request: WatchRequest,
): Promise<E.Either<ReadError, Watch>> => {
  const end = await parts.store.end()
  if (E.isLeft(end)) return end
  const links = await linksOf(parts, request)
  if (E.isLeft(links)) return links
  const messages = subscription(parts.store, {
    ledgerId: request.ledgerId,
    after: end.right === null ? null : { position: end.right },
    wants: ({ stream }) => stream === sitePolicyStream || isWanted(request, stream),
    signal: request.signal,
  })
  const stale = new Set(links.right)
  return E.right({ parts, request, news: inboxOf(messages), known: new Map(), stale })
}

const linksOf = async (
  { store }: LedgerParts,
  { link }: WatchRequest,
): Promise<E.Either<ReadError, ReadonlyArray<LinkId>>> =>
  link === null ? knownLinks(store)() : E.right([link])

const isWanted = ({ link }: WatchRequest, stream: string): boolean =>
  link === null ? linkOfStream(stream) !== null : stream === streamOfLink(link)

function* heed(
  { known, stale }: Watch,
  message: SubscriptionMessage,
): Generator<WatchMessage, void, undefined> {
  if (message._tag === 'Interrupted' || message._tag === 'Failed') yield message
  if (message._tag !== 'Page') return
  for (const { stream } of message.events) {
    const link = linkOfStream(stream)
    if (link !== null) stale.add(link)
    else for (const one of known.keys()) stale.add(one)
  }
}

/** Sleeps until something was appended or the next countdown is over. */
const nextWake = async ({ parts: { clock }, news, known, stale }: Watch): Promise<void> => {
  let untilCs = Infinity
  for (const { dueCs } of known.values()) if (dueCs !== null && dueCs < untilCs) untilCs = dueCs
  await sleepUntil({ clock, untilCs, wakes: [news.come()] })
  const { uptimeCs } = clock.read()
  for (const [link, { dueCs }] of known) if (dueCs !== null && dueCs <= uptimeCs) stale.add(link)
}

/** Whether to go on. */
async function* look(watch: Watch): AsyncGenerator<WatchMessage, boolean, undefined> {
  const { parts, request, stale } = watch
  while (stale.size > 0 && !request.signal.aborted) {
    const looked = await lookAtSome(watch)
    if (looked.seen.length > 0) yield { _tag: 'Looked', ...looked }
    const { error } = looked
    if (error === null) await nextTurn()
    else if (error._tag === 'Unavailable') {
      yield { _tag: 'Interrupted', error, retryInMs: retryMs }
      await parts.sleepMs(retryMs)
    } else {
      yield { _tag: 'Failed', error }
      return false
    }
  }
  return true
}

const lookAtSome = async (watch: Watch) => {
  const seen: SeenLink[] = []
  const changes: PhaseChange[] = []
  for (const link of [...watch.stale].slice(0, linksAtOnce)) {
    const looked = await lookAt(watch, link)
    if (E.isLeft(looked)) return { seen, changes, error: looked.left }
    watch.stale.delete(link)
    seen.push(looked.right.seen)
    if (looked.right.change !== null) changes.push(looked.right.change)
  }
  return { seen, changes, error: null }
}

type Looked = { readonly seen: SeenLink; readonly change: PhaseChange | null }

const lookAt = async (
  { parts, request, known }: Watch,
  link: LinkId,
): Promise<E.Either<ReadError, Looked>> => {
  const observed = await observeLink(parts, link, request.isLocked)()
  if (E.isLeft(observed)) return observed
  const now = parts.clock.read()
  const { row, status } = statusRow({ ...parts, clock: { read: () => now } }, link, observed.right)
  const before = known.get(link)
  const from = before?.phase ?? null
  const isSame = from === row.phase
  const inCs = observed.right.isLocked === true ? lockRecheckCs : status.changesInCs
  const isDue = before?.dueCs !== undefined && before.dueCs !== null && before.dueCs <= now.uptimeCs
  const dueCs =
    inCs === null ? null : now.uptimeCs + Math.max(inCs, isDue && isSame ? unchangedCsMin : 1)
  known.set(link, { phase: row.phase, dueCs })
  return E.right({
    seen: { row, uptimeCs: now.uptimeCs },
    change: isSame ? null : { link, from, to: row.phase, at: now.wall, row },
  })
}
