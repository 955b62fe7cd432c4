import * as E from 'fp-ts/Either'
import type { Command } from 'commander'
import { parseLogZone } from '../import/log-zone'
import { cliFailure, type CliFailure } from './cli-parts'
import { exitCodes } from './exit-codes'

/** Shows a time, ISO 8601 UTC, as a person wants to read it. */
export type DisplayTime = (iso: string) => string

/** The option for times in another zone than UTC. */
export type DisplayOptions = { readonly tz?: string }

/** Adds the option that shifts the times in what people read, and nothing else. */
export const withDisplayTime = (command: Command): Command =>
  command.option('--tz <±HH:MM>', 'show times at this offset from UTC (JSON stays UTC)')

/** How times are to be shown; UTC unless `--tz` says otherwise. */
export const displayTime = ({ tz }: DisplayOptions): E.Either<CliFailure, DisplayTime> => {
  if (tz === undefined) return E.right((iso) => iso)
  const zone = parseLogZone(tz)
  if (E.isLeft(zone)) return E.left(cliFailure(exitCodes.usage, `--tz: ${zone.left}`))
  const { minutes, name } = zone.right
  return E.right((iso) => {
    const shifted = new Date(Date.parse(iso) + minutes * 60_000).toISOString()
    return `${shifted.slice(0, -1)}${name}`
  })
}
