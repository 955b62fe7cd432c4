/** What a figure must reach: `atMost` or `atLeast` so much of its unit; null: it is only said. */
export type Target = { readonly atMost: number } | { readonly atLeast: number } | null

/** One measured figure. Its value is a ratio to, or a difference from, a peer in the same run. */
export type Figure = {
  readonly name: string
  readonly value: number
  /** What the value counts, such as `x a bare insert`. */
  readonly unit: string
  readonly target: Target
  /** The absolute numbers behind it; they mean something on one machine only. */
  readonly seen: string
}

/** A figure as `--json` gives it; `missedByPercent` null: met, or there is no target. */
export type JudgedFigure = Figure & {
  readonly met: boolean | null
  readonly missedByPercent: number | null
}

/** A figure held against its target. */
export const judged = (figure: Figure): JudgedFigure => {
  const missedBy = missedByOf(figure)
  const met = missedBy === null ? null : missedBy <= 0
  return { ...figure, met, missedByPercent: met === false ? missedBy : null }
}

const missedByOf = ({ value, target }: Figure): number | null => {
  if (target === null) return null
  if ('atLeast' in target) return 100 * (1 - value / target.atLeast)
  // Nothing is a per cent of a target of none.
  return target.atMost === 0 ? 100 * value : 100 * (value / target.atMost - 1)
}

const columns = { name: 26, value: 34, target: 10 } as const

/** The line of a figure, to be compared with the same line of another run. */
export const lineOf = (figure: Figure): string => {
  const { name, unit, target, seen } = figure
  return [
    name.padEnd(columns.name),
    `${shortNumber(figure.value)} ${unit}`.padEnd(columns.value),
    targetText(target).padEnd(columns.target),
    verdictText(judged(figure)),
    seen === '' ? '' : `  (${seen})`,
  ].join('')
}

const targetText = (target: Target): string => {
  if (target === null) return ''
  return 'atMost' in target ? `<= ${target.atMost}` : `>= ${target.atLeast}`
}

const verdictText = ({ met, missedByPercent }: JudgedFigure): string => {
  if (met === null) return 'no target'
  return met ? 'met' : `missed by ${Math.max(1, Math.round(missedByPercent ?? 0))} %`
}

/** A number with three digits that count, and never in powers of ten. */
const shortNumber = (value: number): string =>
  Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)))
