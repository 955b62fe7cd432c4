import * as E from 'fp-ts/Either'
import type { LinkId } from '../../domain/link-id'
import type { ImportOptions } from '../application/import-log'
import { dateOrders, logFormats } from '../import/log-record'
import { assumedZone, parseLogZone, type LogZone } from '../import/log-zone'
import { parseEncodingName } from '../import/text-encoding'
import { cliFailure, type CliFailure } from './cli-parts'
import { exitCodes } from './exit-codes'
import { linkNamed } from './name-link'

/** How a person says that logs are to be read. */
export type LogFlags = {
  readonly format?: string
  readonly logTz?: string
  readonly dateOrder?: string
  readonly encoding?: string
  readonly link?: string
  readonly source?: string
  readonly dryRun?: boolean
}

const usage = (message: string): E.Either<CliFailure, never> =>
  E.left(cliFailure(exitCodes.usage, message))

const oneOf = <Name extends string>(
  option: string,
  names: ReadonlyArray<Name>,
  text: string | undefined,
): E.Either<CliFailure, Name | null> => {
  if (text === undefined) return E.right(null)
  const name = names.find((it) => it === text.toLowerCase())
  return name === undefined
    ? usage(`${option} takes ${names.join(', ')}, not '${text}'`)
    : E.right(name)
}

const zoneOf = (text: string | undefined): E.Either<CliFailure, LogZone> => {
  if (text === undefined) return E.right(assumedZone)
  const zone = parseLogZone(text)
  return E.isLeft(zone) ? usage(`--log-tz: ${zone.left}`) : zone
}

const encodingOf = (text: string | undefined): E.Either<CliFailure, string | null> => {
  if (text === undefined) return E.right(null)
  const encoding = parseEncodingName(text)
  return E.isLeft(encoding) ? usage(`--encoding: ${encoding.left}`) : encoding
}

const linkOf = (text: string | undefined): E.Either<CliFailure, LinkId | null> =>
  text === undefined ? E.right(null) : linkNamed(text)

/** Gives the import options of command-line flags; Left: which flag is wrong. */
export const parseImportOptions = (flags: LogFlags): E.Either<CliFailure, ImportOptions> => {
  const format = oneOf('--format', logFormats, flags.format)
  if (E.isLeft(format)) return format
  const dateOrder = oneOf('--date-order', dateOrders, flags.dateOrder)
  if (E.isLeft(dateOrder)) return dateOrder
  const zone = zoneOf(flags.logTz)
  if (E.isLeft(zone)) return zone
  const encoding = encodingOf(flags.encoding)
  if (E.isLeft(encoding)) return encoding
  const link = linkOf(flags.link)
  if (E.isLeft(link)) return link
  if (flags.source?.trim() === '') return usage('--source takes a name')
  return E.right({
    format: format.right,
    dateOrder: dateOrder.right,
    zone: zone.right,
    encoding: encoding.right,
    link: link.right,
    source: flags.source ?? null,
    isDryRun: flags.dryRun === true,
  })
}
