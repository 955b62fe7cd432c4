import * as E from 'fp-ts/Either'
import { Command } from 'commander'
import { lintPolicy } from '../../domain/policy-rules'
import { sitePolicyStream } from '../../domain/events'
import { policyNow, type SitePolicy } from '../../domain/policy-timeline'
import { loadLink, sitePolicy, type LoadedLink } from '../application/load-link'
import { provenAges } from '../../domain/proven-age'
import type { LinkId } from '../../domain/link-id'
import { csOfSec } from '../../domain/time'
import { withLedgerOptions } from './change-command'
import type { CliFailure, CliLedger, CliParts } from './cli-parts'
import { exitCodes, type ExitCode } from './exit-codes'
import { linksKnown } from './name-link'
import { readFailure } from './read-failure'
import {
  printResult,
  reportResult,
  withLedger,
  type CommandResult,
  type LedgerOptions,
} from './run-command'

/** One thing that `doctor` looked at. `next` says what to do about it. */
export type DoctorFinding = {
  readonly check: string
  readonly level: 'ok' | 'warning' | 'danger'
  readonly what: string
  readonly next: string | null
}

/** What only this host can tell of a ledger: its disk, its clock, its containers. */
export type ExamineHost = (ledger: CliLedger) => Promise<ReadonlyArray<DoctorFinding>>

/** `doctor`: settings that endanger the rule. */
export const doctorCommand = (
  parts: CliParts,
  examineHost: ExamineHost,
  exit: (code: ExitCode) => void,
): Command =>
  withLedgerOptions(
    new Command('doctor')
      .description('look for what endangers the rule; exit 1 if there is a danger')
      .addHelpText('before', 'Examples:\n  open-interval doctor\n  open-interval doctor --json\n'),
  ).action(async (options: LedgerOptions) => {
    const result = await withLedger(
      parts,
      { store: options.store, access: 'read' },
      async (ledger) => examine(parts, options, { ledger, examineHost }),
    )
    exit(reportResult(parts, result))
  })

const examine = async (
  parts: CliParts,
  options: LedgerOptions,
  { ledger, examineHost }: { readonly ledger: CliLedger; readonly examineHost: ExamineHost },
): Promise<CommandResult> => {
  const ofLinks = await examineLinks(ledger)
  if (E.isLeft(ofLinks)) return ofLinks
  const findings = [...(await examineHost(ledger)), ...ofLinks.right]
  printResult(parts, options, {
    json: { store: ledger.store, ledgerId: ledger.ledgerId, findings },
    text: findings.map(lineOf).join(''),
  })
  const isDanger = findings.some((finding) => finding.level === 'danger')
  return E.right(isDanger ? exitCodes.found : exitCodes.ok)
}

const lineOf = ({ level, check, what, next }: DoctorFinding): string =>
  `${level.padEnd(7)}  ${check}: ${what}${next === null ? '' : `; ${next}`}\n`

const examineLinks = async (
  ledger: CliLedger,
): Promise<E.Either<CliFailure, ReadonlyArray<DoctorFinding>>> => {
  const links = await linksKnown(ledger)
  if (E.isLeft(links)) return links
  const site = await ledger.parts.fold(sitePolicy, sitePolicyStream)()
  if (E.isLeft(site)) return E.left(readFailure(site.left))
  const findings: DoctorFinding[] = [
    ...unreadableIn(null, site.right.view.unreadable),
    ...heldAsAWhole(site.right.view),
  ]
  for (const link of links.right) {
    const loaded = await loadLink(ledger.parts, link)()
    if (E.isLeft(loaded)) return E.left(readFailure(loaded.left))
    findings.push(
      ...unreadableIn(link, loaded.right.state.unreadable),
      ...unknownOutcomeIn(ledger, link, loaded.right),
      ...policyWarnings(link, loaded.right, links.right.length),
    )
  }
  return E.right(findings)
}

/** What cannot be read of a link, or of the site policy (null). */
const unreadableIn = (
  link: LinkId | null,
  unreadable: SitePolicy['unreadable'],
): ReadonlyArray<DoctorFinding> => {
  if (unreadable === null) return []
  const { revision, problem } = unreadable
  return [
    {
      check: 'unreadable',
      level: 'danger',
      what: `${link ?? 'the site policy'}: revision ${revision}: ${problem}: the gate refuses`,
      next: `restore the ledger, or: open-interval release${link === null ? '' : ` '${link}'`} --past ${revision} --reason ...`,
    },
  ]
}

const heldAsAWhole = ({ held }: SitePolicy): ReadonlyArray<DoctorFinding> =>
  held === null
    ? []
    : [
        {
          check: 'held',
          level: 'warning',
          what: `every link is held since ${held.at} by ${held.by}: ${held.reason}`,
          next: 'unless another copy of this ledger is in use: open-interval release --all --reason ...',
        },
      ]

const unknownOutcomeIn = (
  ledger: CliLedger,
  link: LinkId,
  { state }: LoadedLink,
): ReadonlyArray<DoctorFinding> => {
  const { attempt } = state
  if (attempt === null || attempt.up !== null) return []
  const ages = provenAges(state.trace, ledger.parts.clock.read())
  return ages.ageCs(attempt.revision) < csOfSec(attempt.dialTimeoutSec)
    ? []
    : [
        {
          check: 'unknown-outcome',
          level: 'warning',
          what: `${link}: attempt ${attempt.id} was never settled: it counts as abandoned`,
          next: 'nothing: the next dial records it; look for what ended its supervisor',
        },
      ]
}

const policyWarnings = (
  link: LinkId,
  { site, state }: LoadedLink,
  links: number,
): ReadonlyArray<DoctorFinding> =>
  lintPolicy(policyNow({ site: site.changes, link: state.policyChanges }), { links }).map(
    ({ rule, text }) => ({
      check: 'policy',
      level: 'warning',
      what: `${link}: ${rule}: ${text}`,
      next: `open-interval policy set '${link}' ... --reason ...`,
    }),
  )
