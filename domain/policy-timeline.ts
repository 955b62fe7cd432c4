import { defaultPolicy, type PolicyFields, type RetryPolicy } from './policy'
import type { Recorded, StreamItem } from './events'

/** One `RetryPolicyChanged`, at its place in the ledger. */
export type PolicyChange = {
  readonly revision: bigint
  readonly position: bigint
  readonly set: PolicyFields
  readonly unset: ReadonlyArray<keyof RetryPolicy>
}

/** What `site-policy` says: every change so far, and whether all of it could be read (R16). */
export type SitePolicy = {
  readonly revision: bigint
  readonly changes: ReadonlyArray<PolicyChange>
  readonly unreadable: { readonly revision: bigint; readonly problem: string } | null
  /** Position of the latest release past something unreadable: links wait an interval from it. */
  readonly releasedAt: bigint | null
  /** The hold of the whole ledger: no link is dialed that was not released after it (R12). */
  readonly held: SiteHold | null
}

/** Who keeps links from being dialed until a person releases them, why and since when. */
export type Hold = { readonly by: string; readonly reason: string; readonly at: string }

/** A hold of the whole ledger, at its place in it. */
export type SiteHold = Hold & {
  readonly position: bigint
}

/** A site that never set a policy: the defaults hold. */
export const initialSitePolicy: SitePolicy = {
  revision: -1n,
  changes: [],
  unreadable: null,
  releasedAt: null,
  held: null,
}

/** Folds one item of the stream `site-policy`. */
export const evolveSitePolicy = (site: SitePolicy, item: StreamItem): SitePolicy => {
  const { revision } = item
  const next = evolveSiteItem({ ...site, revision }, item)
  return revision === site.revision + 1n
    ? next
    : { ...next, unreadable: { revision, problem: 'events before it are missing' } }
}

const evolveSiteItem = (next: SitePolicy, item: StreamItem): SitePolicy => {
  switch (item.type) {
    case 'Unreadable':
      return { ...next, unreadable: { revision: item.revision, problem: item.problem } }
    case 'RetryPolicyChanged':
      return { ...next, changes: [...next.changes, policyChangeOf(item)] }
    case 'LinkHeld':
      return { ...next, held: siteHoldOf(item) }
    case 'LinkReleased':
      // One that accepts what cannot be read lifts no hold: the two are meant one by one.
      if (item.data.past === null) return { ...next, held: null }
      return acceptsPast(item.data.past, next.unreadable)
        ? { ...next, unreadable: null, releasedAt: item.position }
        : next
    default:
      return next
  }
}

const siteHoldOf = (event: Recorded & { readonly type: 'LinkHeld' }): SiteHold => {
  const { actor, appended } = event.metadata
  const { reason } = event.data
  return { by: actor, reason, at: appended.wall, position: event.position }
}

/** Whether a release that names `past` accepts an unreadable event. */
export const acceptsPast = (
  past: string | null,
  unreadable: { readonly revision: bigint } | null,
): boolean => past !== null && unreadable !== null && BigInt(past) >= unreadable.revision

/** The change that an event makes. */
export const policyChangeOf = (
  event: Recorded & { readonly type: 'RetryPolicyChanged' },
): PolicyChange => ({
  revision: event.revision,
  position: event.position,
  set: event.data.set,
  unset: event.data.unset,
})

/** The changes that make a link's policy: the site's, and the link's own over them (R11). */
export type PolicySources = {
  readonly site: ReadonlyArray<PolicyChange>
  readonly link: ReadonlyArray<PolicyChange>
}

/** The policy of a link now. */
export const policyNow = (sources: PolicySources): RetryPolicy => ({
  ...defaultPolicy,
  ...fieldsOf(sources.site),
  ...fieldsOf(sources.link),
})

/** Every policy of a link that was in force at a position or since, oldest first (R11). */
export const policiesSince = (
  sources: PolicySources,
  since: bigint,
): ReadonlyArray<RetryPolicy> => {
  const positions = [...sources.site, ...sources.link]
    .map((change) => change.position)
    .filter((position) => position > since)
  return [since, ...positions].map((position) =>
    policyNow({ site: until(sources.site, position), link: until(sources.link, position) }),
  )
}

const until = (
  changes: ReadonlyArray<PolicyChange>,
  position: bigint,
): ReadonlyArray<PolicyChange> => changes.filter((change) => change.position <= position)

/** The fields that changes set and none of them took back. */
export const fieldsOf = (changes: ReadonlyArray<PolicyChange>): PolicyFields => {
  let fields: PolicyFields = {}
  for (const change of changes) {
    const kept = Object.entries(fields).filter(([name]) => !change.unset.some((it) => it === name))
    fields = { ...Object.fromEntries(kept), ...change.set }
  }
  return fields
}
