import * as E from 'fp-ts/Either'
import { cliFailure, type CliFailure } from './cli-parts'
import { exitCodes } from './exit-codes'
import type { StatusRow } from '../application/status-row'

/** One thing that an alert is raised for. */
export type FailOn =
  | { readonly _tag: 'Phase'; readonly phase: 'exhausted' | 'held' | 'unreadable' }
  | { readonly _tag: 'DownLonger'; readonly ms: number; readonly text: string }

const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** Parses `exhausted,held,unreadable,down>1h`; an alert for nothing is a mistake, such as a lost variable. */
export const parseFailOn = (text: string): E.Either<CliFailure, ReadonlyArray<FailOn>> => {
  const parsed: FailOn[] = []
  for (const name of text.split(',').map((one) => one.trim())) {
    const one = parseOne(name)
    if (one === null) return E.left(cliFailure(exitCodes.usage, unknownWord(name)))
    parsed.push(one)
  }
  return E.right(parsed)
}

const unknownWord = (name: string): string => {
  const takes = 'exhausted, held, unreadable and down>TIME (such as down>90s, down>1h)'
  const next =
    name === 'down' ? `: put it in quotes, the shell took what follows '>' for a file` : ''
  return `--fail-on takes ${takes}, not '${name}'${next}`
}

const parseOne = (name: string): FailOn | null => {
  if (name === 'exhausted' || name === 'held' || name === 'unreadable') {
    return { _tag: 'Phase', phase: name }
  }
  const [, count, unit] = /^down>(\d{1,9})([smhd])$/u.exec(name) ?? []
  return count !== undefined && (unit === 's' || unit === 'm' || unit === 'h' || unit === 'd')
    ? { _tag: 'DownLonger', ms: Number(count) * unitMs[unit], text: name }
    : null
}

/** The rows that an alert is due for, with the reason. */
export const failingRows = (
  rows: ReadonlyArray<StatusRow>,
  failOn: ReadonlyArray<FailOn>,
  nowMs: number,
): ReadonlyArray<{ readonly row: StatusRow; readonly because: string }> =>
  rows.flatMap((row) => {
    const met = failOn.find((one) => isMet(one, row, nowMs))
    return met === undefined ? [] : [{ row, because: met._tag === 'Phase' ? met.phase : met.text }]
  })

const isMet = (failOn: FailOn, row: StatusRow, nowMs: number): boolean =>
  failOn._tag === 'Phase'
    ? row.phase === failOn.phase
    : row.downSince !== null && nowMs - Date.parse(row.downSince) > failOn.ms
