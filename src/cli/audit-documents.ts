import type { AuditFinding, AuditReport } from '../application/audit-report'
import type { AuditOutput } from './audit-options'
import { auditText, type ShowTime } from './audit-text'

/** An audit in one of its forms. */
export const auditDocument = (
  report: AuditReport,
  output: AuditOutput,
  showTime: ShowTime,
): string => {
  switch (output) {
    case 'table':
      return auditText(report, showTime)
    case 'json':
      return `${JSON.stringify(report)}\n`
    case 'ndjson':
      return auditLines(report)
    case 'csv':
      return auditCsv(report)
    case 'html':
      return auditHtml(report, showTime)
  }
}

/** Each finding is a line; the last line holds everything else, the number of dials judged included. */
const auditLines = ({ findings, ...summary }: AuditReport): string =>
  [...findings.map((finding) => ({ finding })), { summary }]
    .map((line) => `${JSON.stringify(line)}\n`)
    .join('')

type Column = readonly [name: string, value: (finding: AuditFinding) => string | number | null]

const columns: ReadonlyArray<Column> = [
  ['id', (finding) => finding.id],
  ['link', (finding) => finding.link],
  ['computer', (finding) => finding.computer],
  ['verdict', (finding) => finding.verdict],
  ['reason', (finding) => finding.reason],
  ['dialedAfter', (finding) => finding.dialedBetween[0]],
  ['dialedBefore', (finding) => finding.dialedBetween[1]],
  ['missingSec', (finding) => finding.missingSec],
  ['missingSecMax', (finding) => finding.missingSecMax],
  ['retryTimer', (finding) => finding.retryTimer],
  ['windowOpenedAt', (finding) => finding.window?.openedAt ?? null],
  ['windowClosesAt', (finding) => finding.window?.closesAt ?? null],
  ['requiredSec', (finding) => finding.window?.requiredSec ?? null],
  ['requiredBy', (finding) => finding.window?.requiredBy ?? null],
  ['evidence', (finding) => finding.evidence.map((one) => one.id).join(' ')],
  ['cannotTellBecause', (finding) => finding.cannotTellBecause],
]

/** RFC 4180, one row a finding. */
const auditCsv = ({ findings }: AuditReport): string =>
  [
    columns.map(([name]) => name),
    ...findings.map((finding) => columns.map(([, value]) => value(finding))),
  ]
    .map((row) => `${row.map(csvField).join(',')}\r\n`)
    .join('')

const csvField = (value: string | number | null): string => {
  if (typeof value !== 'string') return value === null ? '' : String(value)
  // A leading sign would make a spreadsheet calculate what a log says.
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

const auditHtml = (report: AuditReport, showTime: ShowTime): string => {
  const { totals, findings, assumptions } = report
  const shown = (value: string | number | null) =>
    escaped(typeof value === 'string' && isTime(value) ? showTime(value) : String(value ?? ''))
  const rows = findings.map(
    (finding) =>
      `<tr>${columns.map(([, value]) => `<td>${shown(value(finding))}</td>`).join('')}</tr>`,
  )
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>open-interval audit</title>',
    '<style>body{font:14px sans-serif}td,th{border:1px solid #999;padding:2px 6px}table{border-collapse:collapse}</style>',
    `</head><body><h1>Was the Open Interval kept?</h1><p>As of ${escaped(showTime(report.asOf))}</p>`,
    `<table><thead><tr>${columns.map(([name]) => `<th>${name}</th>`).join('')}</tr></thead><tbody>`,
    ...rows,
    '</tbody></table><h2>Assumptions</h2><ul>',
    ...assumptions.map((line) => `<li>${escaped(line)}</li>`),
    `</ul><p>Dials judged: ${totals.dials} (broken ${totals.broken}, kept ${totals.kept}, cannot tell`,
    `${totals.cannotTell}, waived ${totals.waived}, exempt ${totals.exempt}); seen but not granted:`,
    `${totals.ungated}</p></body></html>\n`,
  ].join('\n')
}

const isTime = (text: string): boolean => /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(text)

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
