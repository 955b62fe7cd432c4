import * as E from 'fp-ts/Either'
import { cliFailure, type CliFailure } from './cli-parts'
import { exitCodes } from './exit-codes'

const withZone = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/u

/** The time that an option states, ISO 8601 UTC; null when it was not given. It must name its zone. */
export const statedTime = (
  option: string,
  text: string | undefined,
): E.Either<CliFailure, string | null> => {
  if (text === undefined) return E.right(null)
  const ms = withZone.test(text) ? Date.parse(text) : NaN
  if (!Number.isNaN(ms)) return E.right(new Date(ms).toISOString())
  const takes = 'a time with its zone such as 2026-11-22T13:10:13Z'
  return E.left(cliFailure(exitCodes.usage, `${option} takes ${takes}, not '${text}'`))
}
