import type { MadeRecord } from './nt-log'

const header = ['Level', 'Date and Time', 'Source', 'Event ID', 'Task Category']

const quoted = (text: string, delimiter: string): string =>
  text.includes(delimiter) || /["\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text

/** A log as Event Viewer saves it since Vista, in the United States. */
export const vistaRows = (records: ReadonlyArray<MadeRecord>, delimiter: string): string => {
  const rows = records.map(({ at, eventId, description, source = 'MSExchangeMTA' }) => {
    const [date = '', time = ''] = new Date(at).toISOString().slice(0, 19).split('T')
    const stamp = `${date.slice(5, 7)}/${date.slice(8)}/${date.slice(0, 4)} ${time}`
    return ['Warning', stamp, source, String(eventId), 'X.400 Service', description]
  })
  return [header, ...rows]
    .map((row) => `${row.map((column) => quoted(column, delimiter)).join(delimiter)}\r\n`)
    .join('')
}
