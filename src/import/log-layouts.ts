import type { LogFormat } from './log-record'
import { ntExport, type LogLayout } from './nt-export'
import { vistaExport } from './vista-export'

/** Every layout that can be read; a spreadsheet may have put semicolons in place of commas. */
const logLayouts: ReadonlyArray<LogLayout> = [
  ntExport('nt-text', '\t'),
  vistaExport('vista-text', '\t'),
  ntExport('nt-csv', ','),
  vistaExport('vista-csv', ','),
  ntExport('nt-csv', ';'),
  vistaExport('vista-csv', ';'),
]

/** Lines of a file that are looked at to find its layout: a header, or the tail of a cut record. */
export const layoutLinesMax = 200

/** Gives the layout of which a line is the head of a record, among those of a format if one is named. */
export const layoutOf = (line: string, format: LogFormat | null): LogLayout | null =>
  logLayouts.find(
    (layout) => (format === null || layout.format === format) && layout.isHead(line),
  ) ?? null
