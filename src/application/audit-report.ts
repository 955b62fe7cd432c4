import { isoOfMs } from '../../domain/time'
import { cannotTellSentence } from '../../projections/findings/cannot-tell-sentence'
import type {
  EvidenceRow,
  JudgedDial,
  ReasonCode,
  RetryTimer,
  Verdict,
  WindowRow,
} from '../../projections/findings/report'
import type { HiddenDials, Verdicts } from '../../projections/findings/verdicts'

/** How many dials have which verdict; `dials` are those judged, `ungated` ones are not. */
export type VerdictCounts = {
  readonly dials: number
  readonly kept: number
  readonly broken: number
  readonly cannotTell: number
  readonly waived: number
  readonly exempt: number
  readonly ungated: number
}

/** The dials of one link by one dialer; `computer` null: those that a gate granted. */
export type AuditLinkRow = VerdictCounts & {
  readonly link: string
  readonly computer: string | null
  readonly requiredSec: number | null
  /** Longest time that can lie between a window's last evidence and the dial that waited least. */
  readonly shortestWaitSec: number | null
}

/** A dial that was not simply kept. */
export type AuditFinding = {
  readonly id: string
  readonly link: string
  readonly computer: string | null
  readonly verdict: Verdict
  readonly dialedBetween: readonly [string | null, string]
  readonly missingSec: number | null
  readonly missingSecMax: number | null
  readonly retryTimer: RetryTimer | null
  readonly window: WindowRow | null
  readonly evidence: ReadonlyArray<EvidenceRow>
  readonly reason: ReasonCode
  readonly cannotTellBecause: string | null
}

/** A kept dial that deserves a word. */
export type AuditRemark = {
  readonly id: string
  readonly link: string
  readonly reason: ReasonCode
  readonly at: string
}

/** What `audit --json` prints. */
export type AuditReport = {
  readonly rule: 'open-interval'
  readonly asOf: string
  readonly openIntervalSec: number | null
  readonly totals: VerdictCounts & { readonly links: number }
  readonly links: ReadonlyArray<AuditLinkRow>
  readonly findings: ReadonlyArray<AuditFinding>
  readonly remarks: ReadonlyArray<AuditRemark>
  readonly assumptions: ReadonlyArray<string>
}

/** Builds the report of judged dials. */
export const auditReport = (
  { dials, links, hidden }: Verdicts,
  asked: { readonly asOf: string; readonly openIntervalSec: number | null },
): AuditReport => ({
  rule: 'open-interval',
  asOf: asked.asOf,
  openIntervalSec: asked.openIntervalSec,
  totals: { links: links.length, ...countsOf(dials) },
  links: linkRows(dials),
  findings: dials.filter((dial) => dial.verdict !== 'kept').map(findingOf),
  remarks: dials
    .filter((dial) => dial.verdict === 'kept' && dial.reason !== 'window-over')
    .map(({ id, link, reason, hiMs }) => ({ id, link, reason, at: isoOfMs(hiMs) })),
  assumptions: assumptionsOf(hidden, asked.openIntervalSec),
})

const countsOf = (dials: ReadonlyArray<JudgedDial>): VerdictCounts => {
  const count = (verdict: Verdict) => dials.filter((dial) => dial.verdict === verdict).length
  const ungated = count('ungated')
  return {
    dials: dials.length - ungated,
    kept: count('kept'),
    broken: count('broken'),
    cannotTell: count('cannot-tell'),
    waived: count('waived'),
    exempt: count('exempt'),
    ungated,
  }
}

const linkRows = (dials: ReadonlyArray<JudgedDial>): ReadonlyArray<AuditLinkRow> => {
  const groups = new Map<string, JudgedDial[]>()
  for (const dial of dials) {
    const key = JSON.stringify([dial.link, dial.computer])
    const known = groups.get(key)
    if (known === undefined) groups.set(key, [dial])
    else known.push(dial)
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    return first === undefined ? [] : [linkRow(first, group)]
  })
}

const linkRow = (
  { link, computer }: JudgedDial,
  dials: ReadonlyArray<JudgedDial>,
): AuditLinkRow => {
  const waits = dials.flatMap((dial) => dial.waitSec ?? [])
  const required = dials.flatMap((dial) => dial.requiredSec ?? [])
  const least = (shortest: number | null, wait: number) => Math.min(shortest ?? wait, wait)
  return {
    link,
    computer,
    requiredSec: required.at(-1) ?? null,
    ...countsOf(dials),
    shortestWaitSec: waits.reduce<number | null>(least, null),
  }
}

const findingOf = (dial: JudgedDial): AuditFinding => ({
  id: dial.id,
  link: dial.link,
  computer: dial.computer,
  verdict: dial.verdict,
  dialedBetween: [dial.loMs === null ? null : isoOfMs(dial.loMs), isoOfMs(dial.hiMs)],
  missingSec: dial.missingSec,
  missingSecMax: dial.missingSecMax,
  retryTimer: dial.retryTimer,
  window: dial.window,
  evidence: dial.evidence,
  reason: dial.reason,
  cannotTellBecause: dial.verdict === 'cannot-tell' ? cannotTellSentence(dial.reason) : null,
})

const assumptionsOf = (
  hidden: HiddenDials,
  openIntervalSec: number | null,
): ReadonlyArray<string> => [
  ...(openIntervalSec === null
    ? []
    : [`judged by --open-interval ${openIntervalSec} instead of any policy`]),
  ...(hidden.judgedByLogs
    ? [
        'logs: one dial at a time, none longer than the dial timeout, no clock step, loss of ' +
          'records or success that the log does not show',
      ]
    : []),
  ...counted(hidden.unassignedEvidence, 'records of failures name no link'),
  ...counted(
    hidden.aliveSessions,
    "sessions were taken as up by proof 'alive': they may hide dials",
  ),
  ...counted(hidden.redialingDialers, 'granted dialers redial by themselves: they may hide dials'),
  ...counted(hidden.unreadableEvents, 'events cannot be read'),
]

const counted = (count: number, what: string): ReadonlyArray<string> =>
  count === 0 ? [] : [`${count} ${what}`]
