import Table from 'cli-table3'
import type { RequiredBy, RetryTimer } from '../../projections/findings/report'
import type { AuditFinding, AuditReport, VerdictCounts } from '../application/audit-report'

/** How a time is shown to a person. */
export type ShowTime = (iso: string) => string

const plainBorders = { head: [], border: [], compact: true }

/** An audit as a person reads it; it always ends with the number of dials judged. */
export const auditText = (report: AuditReport, showTime: ShowTime): string =>
  [
    ...(report.links.length === 0 ? ['No dial was found.'] : [linksTable(report)]),
    ...report.findings.map((finding) => findingText(finding, showTime)),
    ...report.remarks.map(
      ({ link, reason, at }) => `kept         ${link}  ${showTime(at)}: ${reason}`,
    ),
    ...(report.assumptions.length === 0
      ? []
      : ['', 'These verdicts assume:', ...report.assumptions.map((line) => `  - ${line}`)]),
    '',
    `${judgedLine(report.totals)}\n`,
  ].join('\n')

const judgedLine = (totals: VerdictCounts): string =>
  `Dials judged: ${totals.dials} (broken ${totals.broken}, kept ${totals.kept}, cannot tell ` +
  `${totals.cannotTell}, waived ${totals.waived}, exempt ${totals.exempt}); seen but not ` +
  `granted: ${totals.ungated}`

const linksTable = ({ links }: AuditReport): string => {
  const table = new Table({
    head: [
      'link',
      'dialed by',
      'required',
      'dials',
      'broken',
      'kept',
      'cannot tell',
      'waived',
      'exempt',
      'ungated',
      'shortest wait',
    ],
    style: plainBorders,
  })
  for (const row of links) {
    table.push([
      row.link,
      row.computer ?? 'the gate',
      secondsText(row.requiredSec),
      row.dials,
      row.broken,
      row.kept,
      row.cannotTell,
      row.waived,
      row.exempt,
      row.ungated,
      secondsText(row.shortestWaitSec),
    ])
  }
  return `${table.toString()}\n`
}

const secondsText = (seconds: number | null): string => (seconds === null ? '-' : `${seconds} s`)

const findingText = (finding: AuditFinding, showTime: ShowTime): string =>
  [
    `${finding.verdict.replace('-', ' ').padEnd(12)} ${finding.link}  ${dialedText(finding, showTime)}`,
    ...detailsOf(finding, showTime).map((line) => `             ${line}`),
  ].join('\n')

const dialedText = ({ dialedBetween: [lo, hi] }: AuditFinding, showTime: ShowTime): string => {
  if (lo === hi) return `dialed ${showTime(hi)}`
  return lo === null
    ? `dialed before ${showTime(hi)}`
    : `dialed between ${showTime(lo)} and ${showTime(hi)}`
}

const detailsOf = (finding: AuditFinding, showTime: ShowTime): ReadonlyArray<string> => {
  const { window, missingSec, missingSecMax, retryTimer, cannotTellBecause, evidence } = finding
  return [
    ...(missingSec === null ? [] : [missingText(missingSec, missingSecMax)]),
    ...(window === null
      ? []
      : [
          `the window opened ${showTime(window.openedAt)} (${window.openedBy.type}) and closed ${showTime(window.closesAt)}`,
          `it had to last ${window.requiredSec} s, ${byWords[window.requiredBy]}${timerText(retryTimer)}`,
        ]),
    ...(cannotTellBecause === null ? [] : [`because ${cannotTellBecause}`]),
    ...(cannotTellBecause === null && missingSec === null ? [finding.reason] : []),
    `evidence: ${evidence.map((one) => `${one.origin}${recordText(one.record)}`).join(', ')}`,
  ]
}

const byWords: Readonly<Record<RequiredBy, string>> = {
  '--open-interval': 'as --open-interval says',
  policy: 'by the policy',
  'default-policy': 'by the default policy',
  'not-started-wait': 'as a dial that never started must',
  'own-301': 'as its own retry timer states',
  'link-301': "as the link's latest retry timer states",
  assumed: 'which is assumed: no policy and no retry timer says otherwise',
}

const timerText = (timer: RetryTimer | null): string =>
  timer === null ? '' : `; its retry timer: ${timer}`

const missingText = (least: number, most: number | null): string =>
  most === null || most === least
    ? `${least} s too early`
    : `at least ${least} s too early, at most ${most} s`

const recordText = (record: number | null): string => (record === null ? '' : ` (record ${record})`)
