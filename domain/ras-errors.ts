import { rasErrorRows } from './ras-error-data'

/** What kind of trouble a RAS error names: this project's grouping, shown to people only (R3). */
export type RasErrorClass = keyof typeof rasErrorRows

/** A RAS error that has a public name. */
export type RasError = {
  readonly code: number
  readonly symbol: string
  readonly class: RasErrorClass
}

const parseRow = (row: string, errorClass: RasErrorClass): RasError => {
  const [code = '', name = ''] = row.trim().split(' ')
  const symbol = name.startsWith('=') ? name.slice(1) : `ERROR_${name}`
  return { code: Number(code), symbol, class: errorClass }
}

const classes = Object.keys(rasErrorRows) as ReadonlyArray<RasErrorClass>

/** Every RAS error with a public name, by ascending code. */
export const rasErrors: ReadonlyArray<RasError> = classes
  .flatMap((errorClass) =>
    rasErrorRows[errorClass].split(',').map((row) => parseRow(row, errorClass)),
  )
  .sort((first, second) => first.code - second.code)

const byCode: ReadonlyMap<number, RasError> = new Map(rasErrors.map((error) => [error.code, error]))

/** The RAS error of a code; null for a code without a public name, which counts all the same (R3). */
export const rasErrorOf = (code: number): RasError | null => byCode.get(code) ?? null

/**
 * Codes by which RAS says that it never dialed: the port is in use or cannot be had (R8). Every
 * other code, known or not, is a failure.
 */
export const notStartedRasCodes: ReadonlySet<number> = new Set([633])
