import * as E from 'fp-ts/Either'
import { exhaustedAfterSec, lintPolicy } from '../../domain/policy-rules'
import type { LinkId } from '../../domain/link-id'
import {
  changePolicy,
  readPolicy,
  type PolicyChanged,
  type PolicyEdit,
  type TargetPolicy,
} from '../application/change-policy'
import { actingAs, changeFailureOf, type ChangeOptions } from './change-command'
import type { CliFailure, CliLedger, CliParts } from './cli-parts'
import { exitCodes } from './exit-codes'
import { linksKnown } from './name-link'
import { readFailure } from './read-failure'
import { printResult, type CommandResult } from './run-command'

/** A policy as it stands: for one link, or null for the site. */
export type PolicyTarget = { readonly ledger: CliLedger; readonly link: LinkId | null }

/** Reads the policy of a target. */
export const policyOfTarget = async ({
  ledger,
  link,
}: PolicyTarget): Promise<E.Either<CliFailure, TargetPolicy>> => {
  const read = await readPolicy(ledger.parts, link)
  return E.isLeft(read) ? E.left(readFailure(read.left)) : read
}

/** Records a policy change, unless nothing would change, and says what it means. */
export const policySet = async (
  parts: CliParts,
  options: ChangeOptions,
  { target, edit }: { readonly target: PolicyTarget; readonly edit: PolicyEdit },
): Promise<CommandResult> => {
  const { link, ledger } = target
  const { reason, by } = options
  const result = await changePolicy(actingAs(ledger, by), { link, edit, reason })
  if (E.isLeft(result)) return E.left(changeFailureOf(result.left))
  await printPolicyChange(parts, options, { target, ...result.right })
  return E.right(exitCodes.ok)
}

const printPolicyChange = async (
  parts: CliParts,
  options: ChangeOptions,
  { target, policy, changed }: PolicyChanged & { readonly target: PolicyTarget },
): Promise<void> => {
  const links = await linksKnown(target.ledger)
  const warnings = lintPolicy(policy, { links: E.isRight(links) ? links.right.length : 0 })
  const afterSec = exhaustedAfterSec(policy)
  for (const { text } of warnings) parts.err(`open-interval: warning: ${text}\n`)
  printResult(parts, options, {
    json: { link: target.link, changed, policy, exhaustedAfterSec: afterSec, warnings },
    text: `${target.link ?? 'the site'}: policy ${changed ? 'changed' : 'unchanged'}; exhausted after ${afterSec} s of failures\n`,
  })
}
