import * as E from 'fp-ts/Either'
import { exhaustedAfterSec, lintPolicy, policyFieldNames } from '../../domain/policy-rules'
import { fieldsOf, policyNow, type PolicySources } from '../../domain/policy-timeline'
import type { PolicyFields, RetryPolicy } from '../../domain/policy'
import type { LinkId } from '../../domain/link-id'
import { changeLink } from '../application/change-link'
import { changeSitePolicy } from '../application/change-site-policy'
import { loadLink, sitePolicy } from '../application/load-link'
import { sitePolicyStream } from '../../domain/events'
import { actingAs, failureOf, type ChangeOptions } from './change-command'
import type { CliFailure, CliLedger, CliParts } from './cli-parts'
import { exitCodes } from './exit-codes'
import { linksKnown } from './name-link'
import { readFailure } from './read-failure'
import { printResult, type CommandResult } from './run-command'

/** A policy as it stands: for one link, or null for the site. */
export type PolicyTarget = { readonly ledger: CliLedger; readonly link: LinkId | null }

/** The policy in force for a target, the fields of its own, and the changes that made it so. */
export type TargetPolicy = {
  readonly policy: RetryPolicy
  readonly own: PolicyFields
  readonly sources: PolicySources
}

/** Reads the policy of a target. */
export const policyOfTarget = async (
  target: PolicyTarget,
): Promise<E.Either<CliFailure, TargetPolicy>> => {
  const { parts } = target.ledger
  if (target.link === null) {
    const site = await parts.fold(sitePolicy, sitePolicyStream)()
    if (E.isLeft(site)) return E.left(readFailure(site.left))
    const { changes } = site.right.view
    const sources = { site: changes, link: [] }
    return E.right({ policy: policyNow(sources), own: fieldsOf(changes), sources })
  }
  const loaded = await loadLink(parts, target.link)()
  if (E.isLeft(loaded)) return E.left(readFailure(loaded.left))
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

/** Records a policy change, unless nothing would change, and says what it means. */
export const changePolicy = async (
  parts: CliParts,
  options: ChangeOptions,
  asked: { readonly target: PolicyTarget; readonly edit: PolicyEdit },
): Promise<CommandResult> => {
  const before = await policyOfTarget(asked.target)
  if (E.isLeft(before)) return before
  const edit = effectiveEdit(asked, before.right)
  const isChange = edit.unset.length > 0 || Object.keys(edit.set).length > 0
  if (isChange) {
    const recorded = await recordEdit(asked.target, edit, options)
    if (E.isLeft(recorded)) return recorded
  }
  const after = await policyOfTarget(asked.target)
  if (E.isLeft(after)) return after
  await printPolicyChange(parts, options, { ...asked, policy: after.right.policy, isChange })
  return E.right(exitCodes.ok)
}

/** Only what makes a difference: unchanged writes nothing. */
const effectiveEdit = (
  { target, edit }: { readonly target: PolicyTarget; readonly edit: PolicyEdit },
  { policy, own }: TargetPolicy,
): Omit<PolicyEdit, 'named'> => {
  const { set, unset, named } = edit
  const isNew = (name: keyof RetryPolicy): boolean =>
    JSON.stringify(set[name]) !== JSON.stringify(policy[name]) ||
    (target.link !== null && named.includes(name) && own[name] === undefined)
  const changed = policyFieldNames.filter((name) => set[name] !== undefined && isNew(name))
  return {
    unset: unset.filter((name) => own[name] !== undefined),
    set: Object.fromEntries(changed.map((name) => [name, set[name]])),
  }
}

const recordEdit = async (
  target: PolicyTarget,
  edit: Omit<PolicyEdit, 'named'>,
  options: ChangeOptions,
): Promise<E.Either<CliFailure, unknown>> => {
  const parts = actingAs(target.ledger, options.by)
  const { reason } = options
  const result =
    target.link === null
      ? await changeSitePolicy(parts, {
          type: 'RetryPolicyChanged',
          data: { ...edit, reason, effectiveFrom: null },
          idFrom: 'random',
        })()
      : await changeLink(parts, {
          command: { type: 'ChangePolicy', ...edit, reason },
          occurred: null,
          stated: null,
          source: 'record',
        })(target.link)()
  return E.isLeft(result) ? E.left(failureOf(result.left)) : result
}

const printPolicyChange = async (
  parts: CliParts,
  options: ChangeOptions,
  changed: {
    readonly target: PolicyTarget
    readonly policy: RetryPolicy
    readonly isChange: boolean
  },
): Promise<void> => {
  const { target, policy, isChange } = changed
  const links = await linksKnown(target.ledger)
  const warnings = lintPolicy(policy, { links: E.isRight(links) ? links.right.length : 0 })
  const afterSec = exhaustedAfterSec(policy)
  for (const { text } of warnings) parts.err(`open-interval: warning: ${text}\n`)
  printResult(parts, options, {
    json: {
      link: target.link,
      changed: isChange,
      policy,
      exhaustedAfterSec: afterSec,
      warnings,
    },
    text: `${target.link ?? 'the site'}: policy ${isChange ? 'changed' : 'unchanged'}; exhausted after ${afterSec} s of failures\n`,
  })
}
