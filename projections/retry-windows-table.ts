import type { DialingState } from '../domain/dialing-state'
import { holdOn } from '../domain/hold'
import { itemsOf } from '../domain/long-list'
import { policiesSince, policyNow, type SitePolicy } from '../domain/policy-timeline'
import { requiredSecOf, type Wait } from '../domain/retry-window'
import { isoOfMs, wallMsOf } from '../domain/time'
import { retryWindows } from './retry-windows'
import { isLinkStream, linkOf, type RowOf, type TableProjection } from './table-projection'

const columns = {
  link: 'TEXT',
  closes_at: 'TEXT?',
  required_sec: 'REAL?',
  closed_by: 'TEXT?',
  window_id: 'TEXT?',
  waived: 'INTEGER',
  held_by: 'TEXT?',
  held_reason: 'TEXT?',
  held_at: 'TEXT?',
  attempt: 'TEXT?',
  granted_at: 'TEXT?',
  abandoned_at: 'TEXT?',
  up_since: 'TEXT?',
  up_proof: 'TEXT?',
  failures: 'INTEGER',
  exhausted: 'INTEGER',
  last_failure_type: 'TEXT?',
  last_failure_origin: 'TEXT?',
  last_failure_code: 'INTEGER?',
  last_failure_at: 'TEXT?',
  unreadable: 'TEXT?',
  revision: 'INTEGER',
} as const

const table = {
  name: 'retry_windows',
  columns,
  key: ['link'],
  indexes: [['closes_at'], ['held_at']],
}

const rowOf = (state: DialingState, stream: string, site: SitePolicy): RowOf<typeof columns> => {
  const { maxOpenRetries } = policyNow({ site: site.changes, link: state.policyChanges })
  return {
    link: linkOf(stream),
    ...windowCells(state, site),
    ...holdCells(state, site),
    ...attemptCells(state),
    failures: state.failures,
    exhausted: state.failures >= maxOpenRetries ? 1 : 0,
    last_failure_type: state.lastFailure?.type ?? null,
    last_failure_origin: state.lastFailure?.origin ?? null,
    last_failure_code: state.lastFailure?.code ?? null,
    last_failure_at: state.lastFailure?.at ?? null,
    unreadable: state.unreadable?.problem ?? site.unreadable?.problem ?? null,
    revision: state.revision,
  }
}

/** The wait that ends last. Jitter, rolling limits and probes come on top: they need a clock. */
const windowCells = (state: DialingState, site: SitePolicy) => {
  const latest = state.waits
    .map((wait) => windowOf(state, site, wait))
    .filter(({ requiredSec }) => requiredSec > 0)
    .toSorted((first, second) => first.closesAtMs - second.closesAtMs)
    .at(-1)
  return {
    closes_at: latest === undefined ? null : isoOfMs(latest.closesAtMs),
    required_sec: latest?.requiredSec ?? null,
    closed_by: latest?.wait.kind ?? null,
    window_id: latest?.wait.windowId ?? null,
    waived: latest !== undefined && latest.wait.windowId === state.waivedWindowId ? 1 : 0,
  }
}

const windowOf = (state: DialingState, site: SitePolicy, wait: Wait) => {
  const sources = { site: site.changes, link: state.policyChanges }
  const requiredSec = requiredSecOf(wait, policiesSince(sources, wait.since))
  // The gate goes by proven ages; this is when they are over if the wall clock is not stepped.
  const point = itemsOf(state.trace.points).find(({ revision }) => revision === wait.mark)
  const fromMs = Date.parse(point?.wall ?? wait.evidence.at) + 10 * wait.lessCs
  return { wait, requiredSec, closesAtMs: fromMs + 1000 * requiredSec }
}

const holdCells = (state: DialingState, site: SitePolicy) => {
  const hold = holdOn(site, state)
  return {
    held_by: hold?.by ?? null,
    held_reason: hold?.reason ?? null,
    held_at: hold?.at ?? null,
  }
}

const attemptCells = ({ attempt }: DialingState) => ({
  attempt: attempt?.id ?? null,
  granted_at: attempt?.granted.wall ?? null,
  abandoned_at:
    attempt === null || attempt.up !== null
      ? null
      : isoOfMs(wallMsOf(attempt.granted) + 1000 * attempt.dialTimeoutSec),
  up_since: attempt?.up?.at.wall ?? null,
  up_proof: attempt?.up?.proof ?? null,
})

/** The states that the gate enforces, as rows: what keeps each link from being dialed, and until when. */
export const retryWindowsTable: TableProjection<DialingState> = {
  ...retryWindows,
  table,
  folds: isLinkStream,
  order: 'by-stream',
  rows: { each: 'stream-by-policy', rowOf },
}
