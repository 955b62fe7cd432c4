/** One record of a log that a test makes up; `at` is in milliseconds since 1970, local. */
export type MadeRecord = {
  readonly at: number
  readonly eventId: number
  readonly description: string
  readonly source?: string
  readonly computer?: string
}

/** How a made-up log is written. */
export type MadeLocale = {
  readonly date: (at: Date) => string
  readonly time: (at: Date) => string
}

const two = (value: number): string => String(value).padStart(2, '0')

/** As Windows writes dates and times in the United States. */
export const american: MadeLocale = {
  date: (at) => `${at.getUTCMonth() + 1}/${at.getUTCDate()}/${two(at.getUTCFullYear() % 100)}`,
  time: (at) => {
    const hour = at.getUTCHours()
    const rest = `${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`
    return `${hour % 12 === 0 ? 12 : hour % 12}:${rest} ${hour < 12 ? 'AM' : 'PM'}`
  },
}

/** As Windows writes dates and times in Germany. */
export const german: MadeLocale = {
  date: (at) => `${two(at.getUTCDate())}.${two(at.getUTCMonth() + 1)}.${at.getUTCFullYear()}`,
  time: (at) => `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`,
}

const columnsOf = (record: MadeRecord, locale: MadeLocale): ReadonlyArray<string> => {
  const at = new Date(record.at)
  const { source = 'MSExchangeMTA', computer = 'HARBOUR1' } = record
  const middle = [source, 'Warning', 'X.400 Service', String(record.eventId), 'N/A', computer]
  return [locale.date(at), locale.time(at), ...middle, record.description]
}

/** A log as Event Viewer of NT saves it as text. */
export const ntText = (records: ReadonlyArray<MadeRecord>, locale = american): string =>
  records.map((record) => `${columnsOf(record, locale).join('\t')}\r\n`).join('')

const quoted = (column: string): string =>
  /[",\n]/.test(column) ? `"${column.replaceAll('"', '""')}"` : column

/** A log as Event Viewer of NT saves it as CSV. */
export const ntCsv = (records: ReadonlyArray<MadeRecord>, locale = german): string =>
  records.map((record) => `${columnsOf(record, locale).map(quoted).join(',')}\r\n`).join('')

/** The name of a made-up connector. */
export const connector = (name: string): string =>
  `/O=NORTHWIND/OU=HARBOUR/CN=CONFIGURATION/CN=CONNECTIONS/CN=${name}`

/** A 289 of a connector. */
export const openFailed = (at: number, name: string): MadeRecord => ({
  at,
  eventId: 289,
  description: `A connection to ${connector(name)} could not be opened. [MTA XFER-IN 19 26] (12)`,
})

/** A 9311 of a connector. */
export const rasError = (at: number, name: string, code: number): MadeRecord => ({
  at,
  eventId: 9311,
  description: `A RAS communications error has occurred for gateway ${connector(name)}. RAS error code returned: ${code}, RAS Table index: 0.`,
})

/** A 1028, which names no connector. */
export const connectionError = (at: number, code = 29_954): MadeRecord => ({
  at,
  eventId: 1028,
  description: `A connection error occurred. Error code=${code}`,
})
