import * as E from 'fp-ts/Either'
import { sitePolicyStream } from '../../domain/events'
import { acceptsPast } from '../../domain/policy-timeline'
import type { ReadError } from '../ports/event-store'
import { changeSitePolicy } from './change-site-policy'
import type { GateError } from './gate'
import type { LedgerParts } from './ledger-parts'
import { sitePolicy } from './load-link'

/** Up to which revision what cannot be read is accepted, and why. */
export type SiteRelease = { readonly past: string; readonly reason: string }

/**
 * Accepts what cannot be read in the site policy; every link then waits one full interval (R16).
 * Gives the revision; `Rejected`: the release would accept nothing.
 */
export const releaseSite = async (
  parts: LedgerParts,
  { past, reason }: SiteRelease,
): Promise<E.Either<ReadError | GateError, bigint>> => {
  const folded = await parts.fold(sitePolicy, sitePolicyStream)()
  if (E.isLeft(folded)) return folded
  const { unreadable } = folded.right.view
  if (!acceptsPast(past, unreadable)) {
    const what =
      unreadable === null ? 'all of it can be read' : `revision ${unreadable.revision} cannot`
    const why = `--past ${past} accepts nothing of the site policy: ${what}; see open-interval doctor`
    return E.left({ _tag: 'Rejected', why })
  }
  return changeSitePolicy(parts, {
    type: 'LinkReleased',
    data: { reason, past },
    idFrom: 'random',
  })()
}
