import * as E from 'fp-ts/Either'
import { auditAll, type AuditOptions } from '../../projections/findings/audit-all'
import { parseLogZone } from '../import/log-zone'
import { cliFailure, type CliFailure } from './cli-parts'
import { exitCodes } from './exit-codes'
import { linkNamed } from './name-link'

/** The forms in which an audit is printed. */
export const auditOutputs = ['table', 'json', 'csv', 'ndjson', 'html'] as const

/** One of {@link auditOutputs}. */
export type AuditOutput = (typeof auditOutputs)[number]

const failOnNames = ['broken', 'cannot-tell', 'nothing'] as const

/** What makes `audit` exit with 1; `nothing`: no dial was judged. */
export type AuditFailOn = (typeof failOnNames)[number]

/** How a person asks for an audit. */
export type AuditFlags = {
  readonly json?: boolean
  readonly output?: string
  readonly link?: string
  readonly from?: string
  readonly to?: string
  readonly openInterval?: string
  readonly oneDialer?: boolean
  readonly failOn?: string
  readonly tz?: string
}

/** An audit as it was asked for. */
export type AuditRun = {
  readonly options: AuditOptions
  readonly output: AuditOutput
  readonly failOn: ReadonlyArray<AuditFailOn>
  /** How times are shown to people; JSON, CSV and NDJSON stay in UTC. */
  readonly showTime: (iso: string) => string
}

type Parsed<A> = E.Either<CliFailure, A>

const usage = (message: string): E.Either<CliFailure, never> =>
  E.left(cliFailure(exitCodes.usage, message))

/** Reads the flags of `audit`; Left: which one is wrong. */
export const parseAuditFlags = (flags: AuditFlags): Parsed<AuditRun> => {
  const link = flags.link === undefined ? E.right(null) : linkNamed(flags.link)
  if (E.isLeft(link)) return link
  const fromMs = parseTime('--from', flags.from)
  if (E.isLeft(fromMs)) return fromMs
  const toMs = parseTime('--to', flags.to)
  if (E.isLeft(toMs)) return toMs
  const openIntervalSec = parseSeconds(flags.openInterval)
  if (E.isLeft(openIntervalSec)) return openIntervalSec
  const output = parseOutput(flags)
  if (E.isLeft(output)) return output
  const failOn = parseFailOnNames(flags.failOn ?? 'broken')
  if (E.isLeft(failOn)) return failOn
  const showTime = parseZone(flags.tz)
  if (E.isLeft(showTime)) return showTime
  return E.right({
    options: {
      ...auditAll,
      link: link.right,
      fromMs: fromMs.right,
      toMs: toMs.right,
      openIntervalSec: openIntervalSec.right,
      oneDialer: flags.oneDialer === true,
    },
    output: output.right,
    failOn: failOn.right,
    showTime: showTime.right,
  })
}

const datePattern = /^\d{4}-\d{2}-\d{2}$/u
const timePattern =
  /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:\d{2})?$/u
const dayMs = 86_400_000

/** A time names its zone; a date is a day in UTC, of which `--from` is the start and `--to` the end. */
const parseTime = (option: '--from' | '--to', text: string | undefined): Parsed<number | null> => {
  if (text === undefined) return E.right(null)
  const [, date = '', time = '', zone] = timePattern.exec(text) ?? []
  const isDate = datePattern.test(text)
  const ms = Date.parse(isDate ? text : `${date}T${time}${zone ?? 'Z'}`)
  if (Number.isNaN(ms) || !isDayOf(isDate ? text : date)) {
    const takes = 'a date (a day in UTC) or a time with its zone such as 1996-11-18T09:40:00Z'
    return usage(`${option} takes ${takes}, not '${text}'`)
  }
  if (isDate) return E.right(option === '--to' ? ms + dayMs - 1 : ms)
  return zone === undefined
    ? usage(
        `${option} ${text} names no zone: write ${date}T${time}Z if it is UTC, ` +
          `or its offset, such as ${date}T${time}-05:00`,
      )
    : E.right(ms)
}

/** The 30th of February reads as the 1st of March. */
const isDayOf = (date: string): boolean => new Date(Date.parse(date)).toISOString().startsWith(date)

const parseSeconds = (text: string | undefined): Parsed<number | null> => {
  if (text === undefined) return E.right(null)
  const seconds = /^\d{1,9}(?:\.\d{1,3})?$/.test(text) ? Number(text) : 0
  return seconds > 0
    ? E.right(seconds)
    : usage(`--open-interval takes seconds above 0, not '${text}'`)
}

const parseOutput = ({ json, output }: AuditFlags): Parsed<AuditOutput> => {
  if (output === undefined) return E.right(json === true ? 'json' : 'table')
  const known = auditOutputs.find((name) => name === output.toLowerCase())
  if (known === undefined) {
    return usage(`--output takes ${auditOutputs.join(', ')}, not '${output}'`)
  }
  return json === true && known !== 'json'
    ? usage(`--json and --output ${known} exclude each other`)
    : E.right(known)
}

const parseFailOnNames = (text: string): Parsed<ReadonlyArray<AuditFailOn>> => {
  const names = text.split(',').map((name) => name.trim())
  const known = names.flatMap((name) => failOnNames.find((one) => one === name) ?? [])
  return known.length === names.length
    ? E.right(known)
    : usage(`--fail-on takes ${failOnNames.join(', ')}, not '${text}'`)
}

/** A fixed offset or the name of a zone; older versions of Node know only the names. */
const parseZone = (text: string | undefined): Parsed<(iso: string) => string> => {
  if (text === undefined) return E.right((iso) => iso)
  const offset = parseLogZone(text)
  if (E.isRight(offset)) {
    const { name, minutes } = offset.right
    return E.right((iso) => {
      const shifted = new Date(Date.parse(iso) + minutes * 60_000).toISOString()
      return `${shifted.slice(0, 10)} ${shifted.slice(11, 19)} ${name}`
    })
  }
  try {
    const style = { timeZone: text, dateStyle: 'short', timeStyle: 'medium' } as const
    const format = new Intl.DateTimeFormat('sv-SE', style)
    return E.right((iso) => `${format.format(new Date(iso))} ${text}`)
  } catch {
    return usage(`--tz takes a zone such as Europe/Berlin or -05:00, not '${text}'`)
  }
}
