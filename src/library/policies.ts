import * as E from 'fp-ts/Either'
import { parseLinkId, type LinkId } from '../../domain/link-id'
import { revisionsOf } from '../../domain/dial-denials'
import type { PolicyFields, RetryPolicy } from '../../domain/policy'
import {
  exhaustedAfterSec,
  lintPolicy,
  parsePolicyFields,
  policyFieldNames,
  type PolicyWarning,
} from '../../domain/policy-rules'
import { changePolicy, readPolicy, type PolicyEdit } from '../application/change-policy'
import { knownLinks } from '../application/known-links'
import type { LedgerParts } from '../application/ledger-parts'
import { policyVersionText } from '../application/status-row'
import type { ReadError } from '../ports/event-store'
import { outcomeOf, type LibraryError } from './library-error'
import { actingAs, type Reason } from './reports'

/** Fields of a policy, with why they are set and by whom (R11). */
export type PolicySetting = PolicyFields & Reason

/** A policy as it stands; `changed` false: nothing was written, because it was so already. */
export type PolicyStands = {
  readonly _tag: 'Policy'
  readonly link: LinkId | null
  /** The events that it was made by. */
  readonly version: string
  readonly changed: boolean
  readonly policy: RetryPolicy
  /** Seconds of failures after which the link is exhausted. */
  readonly exhaustedAfterSec: number
  /** What in it is below the known floors. */
  readonly warnings: ReadonlyArray<PolicyWarning>
}

/** The retry policy of a link; null: of the site. */
export type Policies = {
  readonly show: (link?: string | null) => Promise<PolicyStands | LibraryError>
  /** Unchanged fields write nothing. */
  readonly set: (
    link: string | null,
    setting: PolicySetting,
  ) => Promise<PolicyStands | LibraryError>
  readonly reset: (link: string | null, why: Reason) => Promise<PolicyStands | LibraryError>
}

/** Makes the policy's calls on one ledger. */
export const policies = (parts: LedgerParts): Policies => ({
  show: (name = null) => onTarget(name, (link) => policyStands(parts, link, false)),
  set: (name, setting) => onTarget(name, (link) => setPolicy(parts, link, setting)),
  reset: (name, { reason, by }) =>
    onTarget(name, (link) =>
      editPolicy(actingAs(parts, by), link, {
        reason,
        edit: { set: {}, unset: policyFieldNames, named: [] },
      }),
    ),
})

type Standing = Promise<E.Either<ReadError | LibraryError, PolicyStands>>

/** Sets some fields of a link's policy, or of the site's, unless they are so already. */
export const setPolicy = (
  parts: LedgerParts,
  link: LinkId | null,
  { reason, by, ...fields }: PolicySetting,
): Standing => {
  const set = parsePolicyFields(fields)
  return E.isLeft(set)
    ? Promise.resolve(E.left({ _tag: 'InvalidPolicy', problems: set.left }))
    : editPolicy(actingAs(parts, by), link, {
        reason,
        edit: { set: set.right, unset: [], named: Object.keys(fields) },
      })
}

const editPolicy = async (
  parts: LedgerParts,
  link: LinkId | null,
  { edit, reason }: { readonly edit: PolicyEdit; readonly reason: string },
): Standing => {
  const changed = await changePolicy(parts, { link, edit, reason })
  return E.isLeft(changed) ? changed : policyStands(parts, link, changed.right.changed)
}

const policyStands = async (
  parts: LedgerParts,
  link: LinkId | null,
  changed: boolean,
): Standing => {
  const read = await readPolicy(parts, link)
  if (E.isLeft(read)) return read
  const links = await knownLinks(parts.store)()
  if (E.isLeft(links)) return links
  const { policy, sources } = read.right
  return E.right({
    _tag: 'Policy',
    link,
    version: policyVersionText(revisionsOf(sources)),
    changed,
    policy,
    exhaustedAfterSec: exhaustedAfterSec(policy),
    warnings: lintPolicy(policy, { links: links.right.length }),
  })
}

const onTarget = async (
  name: string | null,
  use: (link: LinkId | null) => Standing,
): Promise<PolicyStands | LibraryError> => {
  const link = name === null ? E.right(null) : parseLinkId(name)
  return outcomeOf(E.isLeft(link) ? link : await use(link.right))
}
