import * as E from 'fp-ts/Either'
import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { parsePolicyFields } from '../../domain/policy-rules'
import type { PolicyFields, RetryPolicy } from '../../domain/policy'
import { cliFailure, type CliFailure } from './cli-parts'
import { exitCodes } from './exit-codes'

type FieldOption = {
  readonly flag: string
  readonly field: keyof RetryPolicy
  readonly help: string
  readonly read: (text: string) => unknown
}

const list = (text: string): ReadonlyArray<string> => text.split(',').filter((it) => it !== '')

const limitOf = (text: string): unknown => {
  const [max = '', perSec = '', ...more] = text.split('/')
  return { max: Number(max), perSec: more.length === 0 ? Number(perSec) : NaN }
}

const fieldOptions: ReadonlyArray<FieldOption> = [
  {
    flag: '--open-interval <s>',
    field: 'openIntervalSec',
    help: 'wait after a failure',
    read: Number,
  },
  {
    flag: '--intervals <s,s,...>',
    field: 'intervalsSec',
    help: 'wait by consecutive failure, the last repeats',
    read: (text) => list(text).map(Number),
  },
  {
    flag: '--max-open-retries <n>',
    field: 'maxOpenRetries',
    help: 'failures until exhausted',
    read: Number,
  },
  { flag: '--on-exhausted <how>', field: 'onExhausted', help: 'probe or hold', read: String },
  { flag: '--probe-interval <s>', field: 'probeIntervalSec', help: 'between probes', read: Number },
  {
    flag: '--dial-timeout <s>',
    field: 'dialTimeoutSec',
    help: 'an attempt is abandoned then',
    read: Number,
  },
  {
    flag: '--min-up-time <s>',
    field: 'minUpTimeSec',
    help: 'up so long resets the count',
    read: Number,
  },
  {
    flag: '--short-sessions-max <n>',
    field: 'shortSessionsMax',
    help: 'per Open Interval',
    read: Number,
  },
  {
    flag: '--wait-after-normal-end <bool>',
    field: 'waitAfterNormalEnd',
    help: 'true: a normal end opens a window too',
    read: (text) => (text === 'true' ? true : text === 'false' ? false : text),
  },
  {
    flag: '--not-started-wait <s>',
    field: 'notStartedWaitSec',
    help: 'after a busy port',
    read: Number,
  },
  {
    flag: '--limits <max/s,...>',
    field: 'limits',
    help: 'at most max dials in s seconds, such as 10/3600',
    read: (text) => list(text).map(limitOf),
  },
  {
    flag: '--jitter-max <s>',
    field: 'jitterMaxSec',
    help: 'at most so much is added',
    read: Number,
  },
  { flag: '--wall-clock <trust>', field: 'wallClock', help: 'untrusted or trusted', read: String },
  {
    flag: '--clock-skew <s>',
    field: 'clockSkewSec',
    help: 'taken off a trusted wall clock',
    read: Number,
  },
  {
    flag: '--lease <s>',
    field: 'leaseSec',
    help: 'a connected link is lost without a renewal; none: null',
    read: (text) => (text === 'none' ? null : Number(text)),
  },
  { flag: '--exempt <names>', field: 'exempt', help: 'failures that open no window', read: list },
]

/** Adds one option for every field of a policy. */
export const withFieldOptions = (command: Command): Command =>
  fieldOptions.reduce((before, { flag, help }) => before.option(flag, help), command)

/** The fields that options name; a plain interval replaces a list of them. */
export const fieldsFromOptions = (
  options: Readonly<Record<string, unknown>>,
): E.Either<CliFailure, PolicyFields> => {
  const given = fieldOptions.flatMap(({ flag, field, read }) => {
    const text = options[camelCaseOf(flag)]
    return typeof text === 'string' ? [[field, read(text)] as const] : []
  })
  const fields = Object.fromEntries(given)
  const replaced =
    'openIntervalSec' in fields && !('intervalsSec' in fields) ? { intervalsSec: [] } : {}
  return parsed({ ...replaced, ...fields })
}

const camelCaseOf = (flag: string): string =>
  flag
    .replace(/^--/u, '')
    .replace(/ .*$/u, '')
    .replace(/-(.)/gu, (_match, letter: string) => letter.toUpperCase())

const stdin = 0

/** The fields in a file (`-`: stdin): what `policy show --json` prints, or an object of fields. */
export const fieldsFromFile = (file: string): E.Either<CliFailure, PolicyFields> => {
  const json = E.tryCatch(
    (): unknown => JSON.parse(readFileSync(file === '-' ? stdin : file, 'utf8')),
    (error) => cliFailure(exitCodes.badInput, `${file}: no policy can be read: ${String(error)}`),
  )
  if (E.isLeft(json)) return json
  const document = json.right
  const fields = isObject(document) && isObject(document['policy']) ? document['policy'] : document
  return isObject(fields)
    ? parsed(fields)
    : E.left(cliFailure(exitCodes.badInput, `${file}: an object of policy fields was expected`))
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const parsed = (fields: Readonly<Record<string, unknown>>): E.Either<CliFailure, PolicyFields> => {
  const result = parsePolicyFields(fields)
  if (E.isRight(result)) return result
  const problems = result.left.map(({ field, takes }) => `${field} takes ${takes}`)
  return E.left(cliFailure(exitCodes.badConfig, `the policy is not valid: ${problems.join('; ')}`))
}
