import * as E from 'fp-ts/Either'
import { sitePolicyStream } from '../../domain/events'
import type { LinkId } from '../../domain/link-id'
import type { PolicyFields, RetryPolicy } from '../../domain/policy'
import { policyFieldNames } from '../../domain/policy-rules'
import { fieldsOf, policyNow, type PolicySources } from '../../domain/policy-timeline'
import type { ReadError } from '../ports/event-store'
import { changeLink } from './change-link'
import { changeSitePolicy } from './change-site-policy'
import type { GateError } from './gate'
import type { LedgerParts } from './ledger-parts'
import { loadLink, sitePolicy } from './load-link'

/** The policy in force for a target, the fields of its own, and the changes that made it so. */
export type TargetPolicy = {
  readonly policy: RetryPolicy
  readonly own: PolicyFields
  readonly sources: PolicySources
}

/** Reads the policy of a link; null: that of the site. */
export const readPolicy = async (
  parts: LedgerParts,
  link: LinkId | null,
): Promise<E.Either<ReadError, TargetPolicy>> => {
  if (link === null) {
    const site = await parts.fold(sitePolicy, sitePolicyStream)()
    if (E.isLeft(site)) return site
    const { changes } = site.right.view
    const sources = { site: changes, link: [] }
    return E.right({ policy: policyNow(sources), own: fieldsOf(changes), sources })
  }
  const loaded = await loadLink(parts, link)()
  if (E.isLeft(loaded)) return loaded
  const { site, state } = loaded.right
  const sources = { site: site.changes, link: state.policyChanges }
  return E.right({ policy: policyNow(sources), own: fieldsOf(sources.link), sources })
}

/** What a policy change sets and takes back. */
export type PolicyEdit = {
  readonly set: PolicyFields
  readonly unset: ReadonlyArray<keyof RetryPolicy>
  /**
   * Fields that were named one by one: a link keeps them even if the site's are the same today. A
   * file states a whole policy, and only what differs in it is meant.
   */
  readonly named: ReadonlyArray<string>
}

/** A change of the policy of a link, or of the site where that is null. */
export type PolicyChangeAsked = {
  readonly link: LinkId | null
  readonly edit: PolicyEdit
  readonly reason: string
}

/** The policy after a change; `changed` false: it was so already, and nothing was written. */
export type PolicyChanged = { readonly changed: boolean; readonly policy: RetryPolicy }

/** Records a policy change, unless nothing would change. */
export const changePolicy = async (
  parts: LedgerParts,
  asked: PolicyChangeAsked,
): Promise<E.Either<ReadError | GateError, PolicyChanged>> => {
  const before = await readPolicy(parts, asked.link)
  if (E.isLeft(before)) return before
  const edit = effectiveEdit(asked, before.right)
  const changed = edit.unset.length > 0 || Object.keys(edit.set).length > 0
  if (!changed) return E.right({ changed, policy: before.right.policy })
  const recorded = await recordEdit(parts, edit, asked)
  if (E.isLeft(recorded)) return recorded
  const after = await readPolicy(parts, asked.link)
  return E.isLeft(after) ? after : E.right({ changed, policy: after.right.policy })
}

/** Only what makes a difference: unchanged writes nothing. */
const effectiveEdit = (
  { link, edit }: PolicyChangeAsked,
  { policy, own }: TargetPolicy,
): Omit<PolicyEdit, 'named'> => {
  const { set, unset, named } = edit
  const isNew = (name: keyof RetryPolicy): boolean =>
    JSON.stringify(set[name]) !== JSON.stringify(policy[name]) ||
    (link !== null && named.includes(name) && own[name] === undefined)
  const changed = policyFieldNames.filter((name) => set[name] !== undefined && isNew(name))
  return {
    unset: unset.filter((name) => own[name] !== undefined),
    set: Object.fromEntries(changed.map((name) => [name, set[name]])),
  }
}

const recordEdit = (
  parts: LedgerParts,
  edit: Omit<PolicyEdit, 'named'>,
  { link, reason }: PolicyChangeAsked,
): Promise<E.Either<GateError, unknown>> =>
  link === null
    ? changeSitePolicy(parts, {
        type: 'RetryPolicyChanged',
        data: { ...edit, reason, effectiveFrom: null },
        idFrom: 'random',
      })()
    : changeLink(parts, {
        command: { type: 'ChangePolicy', ...edit, reason },
        occurred: null,
        stated: null,
        source: 'record',
      })(link)()
