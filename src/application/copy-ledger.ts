import * as E from 'fp-ts/Either'
import { sitePolicyStream } from '../../domain/events'
import { provenSpanCs, type ClockReading } from '../../domain/time'
import type { Hold } from '../../domain/policy-timeline'
import type { CopyTarget } from '../ports/copy-target'
import type { ReadError } from '../ports/event-store'
import { changeSitePolicy } from './change-site-policy'
import type { CopyError } from './copy-errors'
import { copyPass, type CopyPass } from './copy-pass'
import type { LedgerParts } from './ledger-parts'
import { sitePolicy } from './load-link'
import { restlessLinks } from './restless-links'
import { holdSettlesCs } from './view-age'

/** How far a copy has come; `step` counts the ways through the ledger, the first one copies. */
export type CopyProgress = {
  readonly step: number
  readonly events: number
  readonly position: bigint
  /** About where the source ends. */
  readonly end: bigint
}

/** What to copy where. The source's `actor` and `reason` are recorded with its hold (R12). */
export type CopyRequest = {
  readonly source: LedgerParts
  readonly target: CopyTarget
  readonly reason: string
  readonly onProgress: (progress: CopyProgress) => void
  /** Told how long it waits until every dial that did not see the hold is in the ledger. */
  readonly onSettling: (waitCs: number) => void
}

/** A ledger that is on both sides now, both of them held. */
export type CopiedLedger = {
  readonly events: number
  /** Events that were not on the target before. */
  readonly copied: number
  readonly streams: number
  readonly links: number
  /** What `CopiedStreams` gives as the digest of all heads: the same on both sides. */
  readonly digest: string
  readonly hold: Hold
  readonly damaged: ReadonlyArray<string>
}

/** Most holds of one command: somebody who releases against it is to be asked, not outdone. */
const holdsMax = 3

/** Most ways through the ledger: the last one must find everything on the target. */
const passesMax = 6

/**
 * Holds a ledger, copies it in the order of its positions, and compares both sides from the first
 * event to the last, until a whole comparison finds nothing to add. The target becomes a ledger only
 * then, so that nothing is ever granted on half of one.
 */
export const copyLedger = async (
  request: CopyRequest,
): Promise<E.Either<CopyError, CopiedLedger>> => {
  let held = await heldLedger(request)
  let copied = 0
  for (let step = 1; step <= passesMax; step += 1) {
    if (E.isLeft(held)) return held
    const pass = passOf(request, step, held.right)
    const through = await throughHeld(request, pass, held.right)
    if (E.isLeft(through)) return through
    held = through
    const { events, appended } = pass.seen()
    copied += appended
    if (step === 1 || appended > 0) continue
    const rest = await toRest(request, pass)
    if (E.isLeft(rest)) return rest
    // A dial that ended behind the back of the comparison: its end is compared as well.
    const late = pass.seen().appended
    copied += late
    if (late === 0) return completed(request, pass, { events, copied, hold: through.right })
  }
  return E.left({ _tag: 'NeverEnds' })
}

type HeldSince = Hold & { readonly since: ClockReading; readonly position: bigint }

const passOf = (
  { source, target, onProgress }: CopyRequest,
  step: number,
  { position: end }: HeldSince,
): CopyPass =>
  copyPass({
    source: source.store,
    target,
    sleepMs: source.sleepMs,
    onPage: ({ events, position }) => onProgress({ step, events, position, end }),
  })

/** The hold of the whole source; one is appended unless it is there. */
const heldLedger = async ({
  source,
  reason,
}: CopyRequest): Promise<E.Either<CopyError, HeldSince>> => {
  const before = await siteHold(source)
  if (E.isLeft(before)) return before
  if (before.right !== null) return E.right(before.right)
  return newHold(source, reason)
}

const newHold = async (
  source: LedgerParts,
  reason: string,
): Promise<E.Either<CopyError, HeldSince>> => {
  const appended = await changeSitePolicy(source, {
    type: 'LinkHeld',
    data: { reason },
    idFrom: 'random',
  })()
  if (E.isLeft(appended)) return E.left({ _tag: 'HoldFailed', error: appended.left })
  const after = await siteHold(source)
  if (E.isLeft(after)) return after
  return after.right === null ? E.left(released([sitePolicyStream])) : E.right(after.right)
}

const siteHold = async (source: LedgerParts): Promise<E.Either<CopyError, HeldSince | null>> => {
  const folded = await source.fold(sitePolicy, sitePolicyStream)()
  if (E.isLeft(folded)) return E.left(sourceFailed(folded.left))
  const { held } = folded.right.view
  if (held === null) return E.right(null)
  const { by, reason, at, position } = held
  // A hold is durable some time after its reading, and nobody can say how long: its host may have slept.
  return E.right({ by, reason, at, position, since: source.clock.read() })
}

/** Goes to the end of the source, again until every link is held there and was for long enough. */
const throughHeld = async (
  request: CopyRequest,
  pass: CopyPass,
  first: HeldSince,
): Promise<E.Either<CopyError, HeldSince>> => {
  let held = first
  for (let holds = 0; ; holds += 1) {
    const through = await pass.toEnd()
    if (E.isLeft(through)) return through
    const settled = await settledHold(request, held)
    // What was appended while it settled is what was granted without seeing the hold.
    const rest = settled ? E.right(undefined) : await pass.toEnd()
    if (E.isLeft(rest)) return rest
    const open = pass.streams.releasedSinceHold()
    if (open?.length === 0) return E.right(held)
    if (holds === holdsMax) return E.left(released(open ?? [sitePolicyStream]))
    const again = await newHold(request.source, request.reason)
    if (E.isLeft(again)) return again
    held = again.right
  }
}

/** Waits until a hold is old enough; gives whether it was at once. */
const settledHold = async (
  { source, onSettling }: CopyRequest,
  { since }: HeldSince,
): Promise<boolean> => {
  const leftCs = holdSettlesCs - (provenSpanCs(since, source.clock.read()) ?? 0)
  if (leftCs <= 0) return true
  onSettling(leftCs)
  await source.sleepMs(leftCs * 10)
  return false
}

/**
 * Refuses while a link is dialing or connected: only the host that granted an attempt can tell what
 * became of it, and the copy may be opened on another. Then goes on to what was recorded meanwhile.
 */
const toRest = async (
  { source }: CopyRequest,
  pass: CopyPass,
): Promise<E.Either<CopyError, void>> => {
  const restless = await restlessLinks(source, pass.streams.unsettled())
  if (E.isLeft(restless)) return E.left(sourceFailed(restless.left))
  return restless.right.length > 0
    ? E.left({ _tag: 'NotAtRest', links: restless.right })
    : pass.toEnd()
}

type Compared = { readonly events: number; readonly copied: number; readonly hold: HeldSince }

const completed = async (
  { target }: CopyRequest,
  { streams }: CopyPass,
  { events, copied, hold }: Compared,
): Promise<E.Either<CopyError, CopiedLedger>> => {
  const done = await target.complete()()
  if (E.isLeft(done)) return E.left({ _tag: 'TargetFailed', error: done.left })
  const { by, reason, at } = hold
  return E.right({
    events,
    copied,
    ...streams.counts(),
    digest: streams.digest(),
    hold: { by, reason, at },
    damaged: streams.damaged,
  })
}

const sourceFailed = (error: ReadError): CopyError => ({ _tag: 'SourceFailed', error })

const released = (streams: ReadonlyArray<string>): CopyError => ({ _tag: 'Released', streams })
