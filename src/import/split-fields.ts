import * as E from 'fp-ts/Either'
import { parse } from 'csv-parse/sync'

/** How the columns of a record are told apart; the last column takes all that is left over. */
export type Columns = { readonly delimiter: string; readonly count: number }

/** No record of ours: only its first columns matter, and quotes in its last one cost time. */
const isForeign = (text: string): boolean => !/mta/i.test(text)

const joinRest = (fields: ReadonlyArray<string>, columns: Columns): ReadonlyArray<string> =>
  fields.length <= columns.count
    ? fields
    : [
        ...fields.slice(0, columns.count - 1),
        fields.slice(columns.count - 1).join(columns.delimiter),
      ]

const parseQuoted = (text: string, delimiter: string): E.Either<string, ReadonlyArray<string>> =>
  E.tryCatch(
    () => {
      const rows: ReadonlyArray<ReadonlyArray<string>> = parse(text, {
        delimiter,
        record_delimiter: ['\u0000'],
        relax_column_count: true,
        relax_quotes: true,
      })
      return rows[0] ?? []
    },
    () => 'a quoted column is not closed',
  )

/**
 * Gives the columns of a record, quotes removed; Left: why they cannot be told. NT leaves the
 * description unquoted, so that separators in it belong to it.
 */
export const splitFields = (
  text: string,
  columns: Columns,
): E.Either<string, ReadonlyArray<string>> => {
  const quote = text.indexOf('"')
  if (quote < 0) return E.right(joinRest(text.split(columns.delimiter), columns))
  const plain = text.slice(0, quote).split(columns.delimiter)
  if (isForeign(text) && plain.length === columns.count) return E.right(plain)
  return E.map((fields: ReadonlyArray<string>) => joinRest(fields, columns))(
    parseQuoted(text.replaceAll('\u0000', ' '), columns.delimiter),
  )
}
