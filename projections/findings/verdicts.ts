import { attemptsOf, attemptSpans, isInSpan, type Attempt } from './attempts'
import { linkOfStream, type EventFact, type Fact, type FactOf } from './fact'
import type { FindingsView } from './findings'
import { itemsOf } from './growing-list'
import { judgeLinkLogs, type LinkCase, type LinkDial } from './judge-link-logs'
import { factsByLink, judgeGrants } from './link-grants'
import { gateItemsOf, linkLogsOf, type LinkLog } from './log-items'
import { policyVersions, type PolicyVersion } from './policy-versions'
import type { AuditOptions } from './audit-all'
import type { JudgedDial } from './report'
import { grantRow, logRow, observedRow } from './rows'
import { largestOf } from './sorted'

/** Everything the audit judged, dials in order of link, computer and time; and what may hide dials. */
export type Verdicts = {
  readonly dials: ReadonlyArray<JudgedDial>
  readonly links: ReadonlyArray<string>
  readonly hidden: HiddenDials
}

/** What may hide dials or evidence from the audit, counted. */
export type HiddenDials = {
  readonly aliveSessions: number
  readonly redialingDialers: number
  readonly unreadableEvents: number
  readonly unassignedEvidence: number
  readonly judgedByLogs: boolean
}

/** Judges every dial that a ledger shows. The same facts give the same verdicts, in one order. */
export const verdictsOf = (view: FindingsView, options: AuditOptions): Verdicts => {
  const facts = itemsOf(view.facts)
  const site = facts.filter((fact) => fact.stream === 'site-policy')
  const byLink = factsByLink(facts)
  const logs = linkLogsOf(facts.filter(isEvent))
  const links = [...new Set([...byLink.keys(), ...logs.keys()])]
    .filter((link) => options.link === null || link === options.link)
    .toSorted()
  const dials = links.flatMap((link) =>
    judgeLink({ link, facts: byLink.get(link) ?? [], site, logs: logs.get(link) ?? [], options }),
  )
  return {
    dials: dials.filter((dial) => isAskedFor(dial, options)),
    links,
    hidden: hiddenIn(facts, dials),
  }
}

const isEvent = (fact: Fact): fact is EventFact => fact.kind !== 'unreadable'

const isAskedFor = ({ hiMs }: JudgedDial, { fromMs, toMs }: AuditOptions): boolean =>
  (fromMs === null || hiMs >= fromMs) && (toMs === null || hiMs <= toMs)

type LinkToJudge = {
  readonly link: string
  readonly facts: ReadonlyArray<Fact>
  readonly site: ReadonlyArray<Fact>
  readonly logs: ReadonlyArray<LinkLog>
  readonly options: AuditOptions
}

/** A dial that somebody saw is listed besides: it acquits no dial that a log shows. */
const judgeLink = (link: LinkToJudge): ReadonlyArray<JudgedDial> => {
  const events = link.facts.filter(isEvent)
  const attempts = attemptsOf(events)
  const granted = judgeGrants({ ...link, openIntervalSec: link.options.openIntervalSec })
  const observed = events.filter(
    (fact): fact is FactOf<'observed'> =>
      fact.kind === 'observed' && !(fact.attempt !== null && attempts.has(fact.attempt)),
  )
  const shown = logDials(link, { events, attempts })
  return [
    ...granted.map(grantRow),
    ...observed.map((fact) => observedRow(fact, link.link)),
    ...shown.map(({ dial, computer }) => logRow(dial, link.link, computer)),
  ].toSorted(byComputerAndTime)
}

const byComputerAndTime = (a: JudgedDial, b: JudgedDial): number =>
  compared(a.computer ?? '', b.computer ?? '') || a.hiMs - b.hiMs || compared(a.id, b.id)

const compared = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1)

type OfLink = {
  readonly events: ReadonlyArray<EventFact>
  readonly attempts: ReadonlyMap<string, Attempt>
}

type ShownDial = { readonly dial: LinkDial; readonly computer: string | null }

/** The dials that logs show beside those that were granted. */
const logDials = (
  { site, logs, options }: LinkToJudge,
  { events, attempts }: OfLink,
): ReadonlyArray<ShownDial> => {
  const spans = attemptSpans(attempts.values())
  const beside = logs.flatMap((log) => {
    const items = log.items.filter(
      (item) => !isInSpan(spans, item.atMs, item.atMs + log.resolutionMs),
    )
    return items.length === 0 ? [] : [{ ...log, items }]
  })
  const changes = [...site.filter(isEvent), ...events].filter(
    (fact): fact is FactOf<'policy'> => fact.kind === 'policy',
  )
  const versions = policyVersions(changes, 'effective')
  const linkCase: LinkCase = {
    versions,
    openIntervalSec: options.openIntervalSec,
    skewMs: largestOf(versions.map(({ policy }) => policy.clockSkewSec)) * 1000,
    dialTimeoutMs: dialTimeoutSecOf(versions) * 1000,
    ofGate: gateItemsOf(events, attempts),
  }
  const dialers = options.oneDialer ? ['*'] : [...new Set(beside.map((log) => log.computer))]
  return dialers.flatMap((dialer) => {
    const its = options.oneDialer ? beside : beside.filter((log) => log.computer === dialer)
    const computer = options.oneDialer ? onlyComputerOf(its) : dialer
    return judgeLinkLogs(its, linkCase).map((dial) => ({ dial, computer }))
  })
}

const onlyComputerOf = (logs: ReadonlyArray<LinkLog>): string | null => {
  const [first, ...others] = logs
  return others.every((log) => log.computer === first?.computer) ? (first?.computer ?? null) : null
}

/** The longest dial timeout that any version names: it leaves the most readings open. */
const dialTimeoutSecOf = (versions: ReadonlyArray<PolicyVersion>): number => {
  const chosen = versions.length > 1 ? versions.slice(1) : versions
  return largestOf(chosen.map(({ policy }) => policy.dialTimeoutSec))
}

const hiddenIn = (facts: ReadonlyArray<Fact>, dials: ReadonlyArray<JudgedDial>): HiddenDials => {
  const count = (isCounted: (fact: Fact) => boolean) => facts.filter(isCounted).length
  return {
    aliveSessions: count((fact) => fact.kind === 'up' && fact.proof === 'alive'),
    redialingDialers: count((fact) => fact.kind === 'grant' && fact.redialsItself),
    unreadableEvents: count((fact) => fact.kind === 'unreadable'),
    unassignedEvidence: count(
      (fact) => fact.kind === 'evidence' && linkOfStream(fact.stream) === null,
    ),
    judgedByLogs: dials.some((dial) => dial.reason !== 'dial-observed' && dial.computer !== null),
  }
}
