import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import { initialSitePolicy, evolveSitePolicy, type SitePolicy } from '../../domain/policy-timeline'
import type { DialingState } from '../../domain/dialing-state'
import { sitePolicyStream } from '../../domain/events'
import { streamOfLink, type LinkId } from '../../domain/link-id'
import type { Projection } from '../../projections/projection'
import { retryWindows } from '../../projections/retry-windows'
import type { StreamHead } from '../adapters/codec'
import type { ReadError } from '../ports/event-store'
import type { LedgerParts } from './ledger-parts'

/** Everything in the ledger that decides on one link, and where its stream ends. */
export type LoadedLink = {
  readonly site: SitePolicy
  readonly state: DialingState
  readonly head: StreamHead
}

/** The policy that every link has unless it sets its own. */
export const sitePolicy: Projection<SitePolicy> = {
  name: 'site-policy',
  version: 2,
  initial: initialSitePolicy,
  evolve: evolveSitePolicy,
}

/** Reads a link's state, the site's policy first: a version that is newer is seen at the next try. */
export const loadLink = (parts: LedgerParts, link: LinkId): TE.TaskEither<ReadError, LoadedLink> =>
  pipe(
    parts.fold(sitePolicy, sitePolicyStream),
    TE.flatMap((site) =>
      pipe(
        parts.fold(retryWindows, streamOfLink(link)),
        TE.map(({ view, head }) => ({ site: site.view, state: view, head })),
      ),
    ),
  )
