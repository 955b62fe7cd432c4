import type { StatusRow } from '../application/status-row'

/** Status in the Prometheus text exposition format 0.0.4. */
export const prometheusText = (rows: ReadonlyArray<StatusRow>): string =>
  [
    gauge('open_interval_may_dial', 'Whether the link may be dialed now.', rows, (row) =>
      row.mayDial ? 1 : 0,
    ),
    gauge('open_interval_retry_after_seconds', 'Seconds until time allows a dial.', rows, (row) =>
      row.mayDial ? 0 : row.retryAfterSec,
    ),
    gauge(
      'open_interval_consecutive_failures',
      'Failures since the last success.',
      rows,
      (row) => row.consecutiveFailures,
    ),
    ...phases.map((phase) =>
      gauge(`open_interval_${phase}`, `Whether the link is ${phase}.`, rows, (row) =>
        row.phase === phase ? 1 : 0,
      ),
    ),
  ].join('')

const phases = ['unreadable', 'held', 'exhausted', 'connected', 'dialing', 'waiting'] as const

const gauge = (
  name: string,
  help: string,
  ...[rows, valueOf]: [ReadonlyArray<StatusRow>, (row: StatusRow) => number | null]
): string =>
  [
    `# HELP ${name} ${help}\n# TYPE ${name} gauge\n`,
    ...rows.flatMap((row) => {
      const value = valueOf(row)
      return value === null ? [] : [`${name}{link="${escaped(row.link)}"} ${value}\n`]
    }),
  ].join('')

const escaped = (label: string): string =>
  label.replace(/\\/gu, '\\\\').replace(/"/gu, '\\"').replace(/\n/gu, '\\n')
