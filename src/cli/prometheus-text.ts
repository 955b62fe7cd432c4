import type { StatusRow } from '../application/status-row'

/**
 * Status in the Prometheus text exposition format 0.0.4. Everything is a gauge: it is worked out anew
 * from the ledger each time, and may go down. Times are Unix times, as the conventions want them.
 */
export const prometheusText = (rows: ReadonlyArray<StatusRow>): string =>
  [
    gauge('open_interval_may_dial', 'Whether the link may be dialed now.', (row) =>
      row.mayDial ? 1 : 0,
    ),
    gauge('open_interval_retry_after_seconds', 'Seconds until time allows a dial.', (row) =>
      row.mayDial ? 0 : row.retryAfterSec,
    ),
    gauge(
      'open_interval_consecutive_failures',
      'Failures since the link was last up for long enough.',
      (row) => row.consecutiveFailures,
    ),
    gauge(
      'open_interval_down_since_timestamp_seconds',
      'Unix time of the first failure since the link was last up; absent while it is up.',
      (row) => (row.downSince === null ? null : Date.parse(row.downSince) / 1000),
    ),
    phaseGauge,
  ]
    .map((textOf) => textOf(rows))
    .join('')

type Metric = (rows: ReadonlyArray<StatusRow>) => string

const phases: ReadonlyArray<StatusRow['phase']> = [
  'unreadable',
  'held',
  'exhausted',
  'connected',
  'dialing',
  'waiting',
  'idle',
]

/** One sample a phase, so that a sum over links counts those that are in it. */
const phaseGauge: Metric = (rows) =>
  headed(
    'open_interval_phase',
    'Whether the link is in the phase that the label names.',
    rows.flatMap((row) =>
      phases.map((phase) => ({
        labels: `link="${escaped(row.link)}",phase="${phase}"`,
        value: row.phase === phase ? 1 : 0,
      })),
    ),
  )

const gauge =
  (name: string, help: string, valueOf: (row: StatusRow) => number | null): Metric =>
  (rows) =>
    headed(
      name,
      help,
      rows.flatMap((row) => {
        const value = valueOf(row)
        return value === null ? [] : [{ labels: `link="${escaped(row.link)}"`, value }]
      }),
    )

type Sample = { readonly labels: string; readonly value: number }

const headed = (name: string, help: string, samples: ReadonlyArray<Sample>): string =>
  [
    `# HELP ${name} ${help}\n# TYPE ${name} gauge\n`,
    ...samples.map(({ labels, value }) => `${name}{${labels}} ${value}\n`),
  ].join('')

const escaped = (label: string): string =>
  label.replace(/\\/gu, '\\\\').replace(/"/gu, '\\"').replace(/\n/gu, '\\n')
