import type { GateHostLine } from './processes/gate-host'

/** One dial by the true time; `end` null: nobody told it. */
export type TrueDial = {
  readonly link: string
  readonly attempt: string
  readonly at: number
  readonly end: number | null
  readonly normal: boolean
}

/** The dials that a host told of; what it did not tell before it was killed ended then. */
export const trueDialsOf = (
  lines: ReadonlyArray<GateHostLine>,
  killedAt: number | null,
): ReadonlyArray<TrueDial> => {
  const ends = new Map(
    lines.flatMap((line) => (line.told === 'end' ? [[line.attempt, line] as const] : [])),
  )
  return lines.flatMap((line) => {
    if (line.told !== 'dial') return []
    const { link, attempt, at } = line
    const end = ends.get(attempt)
    return [{ link, attempt, at, end: end?.at ?? killedAt, normal: end?.normal ?? false }]
  })
}

/** What is wrong with the dials of all hosts together, in words; `waitCs` is the Open Interval. */
export const wrongsOf = (dials: ReadonlyArray<TrueDial>, waitCs: number): ReadonlyArray<string> => {
  const sorted = dials.toSorted((first, second) =>
    first.link === second.link ? first.at - second.at : first.link < second.link ? -1 : 1,
  )
  return sorted.flatMap((dial, index) => {
    const before = sorted[index - 1]
    return before?.link === dial.link ? wrongOf(before, dial, waitCs) : []
  })
}

const wrongOf = (before: TrueDial, dial: TrueDial, waitCs: number): ReadonlyArray<string> => {
  const where = `${dial.link}: ${dial.attempt} at ${dial.at}`
  if (before.end === null || dial.at < before.end) {
    return [`${where} beside ${before.attempt}, which ended at ${before.end ?? 'no time'}`]
  }
  const waited = dial.at - before.end
  return before.normal || waited >= waitCs
    ? []
    : [`${where} waited ${waited} of ${waitCs} cs after ${before.attempt}`]
}
