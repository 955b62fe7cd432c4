import * as E from 'fp-ts/Either'
import type * as TE from 'fp-ts/TaskEither'
import { initialSitePolicy, evolveSitePolicy, type SitePolicy } from '../../domain/policy-timeline'
import type { DialingState } from '../../domain/dialing-state'
import { sitePolicyStream } from '../../domain/events'
import { streamOfLink, type LinkId } from '../../domain/link-id'
import type { ClockReading } from '../../domain/time'
import type { Projection } from '../../projections/projection'
import { retryWindows } from '../../projections/retry-windows'
import type { StreamHead } from '../adapters/codec'
import type { ReadError } from '../ports/event-store'
import type { LedgerParts, RecalledStream } from './ledger-parts'
import { recalledCsMax } from './view-age'

/** Everything in the ledger that decides on one link, and where its stream ends. */
export type LoadedLink = {
  readonly site: SitePolicy
  readonly state: DialingState
  readonly head: StreamHead
}

/** The policy that every link has unless it sets its own. */
export const sitePolicy: Projection<SitePolicy> = {
  name: 'site-policy',
  version: 3,
  initial: initialSitePolicy,
  evolve: evolveSitePolicy,
}

/** What is known of a link, and when it was read. */
export type KnownLink = {
  readonly loaded: LoadedLink
  /** The uptime before any of it was read. */
  readonly readFromCs: number
  /** A reading of after all of it was read; null: none was taken. */
  readonly readThen: ClockReading | null
}

/**
 * A link by the site's policy as it was read a moment ago; the link too, or else it is read now. Good for
 * a decision to grant, because an append at its head is a conflict if anything followed there; for
 * nothing else. The site's policy conflicts with nothing: its age counts. The link's counts too,
 * lest a server that was restored meanwhile has another event at that head.
 */
export const recallLink =
  (
    parts: LedgerParts,
    link: LinkId,
    now: ClockReading,
  ): TE.TaskEither<ReadError, KnownLink | undefined> =>
  async () => {
    const { uptimeCs } = now
    const stream = streamOfLink(link)
    const site = ifYoung(parts.recall?.(sitePolicy, sitePolicyStream), uptimeCs)
    if (site === undefined) return E.right(undefined)
    const known = ifYoung(parts.recall?.(retryWindows, stream), uptimeCs)
    const state = known ? E.right(known.folded) : await parts.fold(retryWindows, stream)()
    if (E.isLeft(state)) return state
    const { view, head } = state.right
    return E.right({
      loaded: { site: site.folded.view, state: view, head },
      readFromCs: Math.min(site.readFromCs, known?.readFromCs ?? uptimeCs),
      readThen: known === undefined ? null : now,
    })
  }

const ifYoung = <View>(
  known: RecalledStream<View> | undefined,
  uptimeCs: number,
): RecalledStream<View> | undefined => {
  const ageCs = uptimeCs - (known?.readFromCs ?? -Infinity)
  // A clock that stepped back tells no age.
  return ageCs < 0 || ageCs > recalledCsMax ? undefined : known
}

/**
 * Reads the site's policy and a link's state, both at once. Whichever is the older: what came to the
 * link meanwhile is a conflict, and a version of the policy that is newer is seen at the next try.
 */
export const loadLink =
  (parts: LedgerParts, link: LinkId): TE.TaskEither<ReadError, LoadedLink> =>
  async () => {
    const [site, state] = await Promise.all([
      parts.fold(sitePolicy, sitePolicyStream)(),
      parts.fold(retryWindows, streamOfLink(link))(),
    ])
    if (E.isLeft(site)) return site
    if (E.isLeft(state)) return state
    const { view, head } = state.right
    return E.right({ site: site.right.view, state: view, head })
  }
