/**
 * A check of a parsed JSON value; `problem` gives nothing for a value of type A, else where it is
 * wrong (`.code: a whole number wanted`). Plain code, because a schema compiler costs 45 ms.
 */
export type Shape<A> = {
  readonly problem: (value: unknown) => string | undefined
  readonly isOptional: boolean
  /** Never present: ties the shape to the type that it checks. */
  readonly checked?: (value: A) => A
}

/** The shapes of an object's fields, optional ones included. */
export type FieldShapes<A> = { readonly [K in keyof A]-?: Shape<NonNullable<A[K]> | NullOf<A[K]>> }

type NullOf<T> = null extends T ? null : never

const shapeOf = <A>(wanted: string, isRight: (value: unknown) => boolean): Shape<A> => ({
  problem: (value) => (isRight(value) ? undefined : `: ${wanted} wanted`),
  isOptional: false,
})

/** Any text. */
export const text = shapeOf<string>('text', (value) => typeof value === 'string')

/** `true` or `false`. */
export const flag = shapeOf<boolean>('true or false', (value) => typeof value === 'boolean')

/** A finite number. */
export const finite = shapeOf<number>('a number', (value) => Number.isFinite(value))

/** An integer that a double holds exactly. */
export const whole = shapeOf<number>('a whole number', (value) => Number.isSafeInteger(value))

/** A text that names a moment. */
export const moment = shapeOf<string>(
  'a time',
  (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value)),
)

/** A revision in decimal digits. */
export const revisionText = shapeOf<string>(
  'a revision',
  (value) => typeof value === 'string' && /^(0|[1-9][0-9]{0,18})$/.test(value),
)

/** One of some literals. */
export const oneOf = <const A extends string | number | boolean>(
  ...literals: ReadonlyArray<A>
): Shape<A> =>
  shapeOf(literals.join(' or '), (value) => literals.some((literal) => literal === value))

/** A value or null. */
export const nullable = <A>(shape: Shape<A>): Shape<A | null> => ({
  problem: (value) => (value === null ? undefined : shape.problem(value)),
  isOptional: false,
})

/** A field that may be absent. */
export const optional = <A>(shape: Shape<A>): Shape<A> => ({
  problem: shape.problem,
  isOptional: true,
})

/** A list of any length. */
export const listOf = <A>(shape: Shape<A>): Shape<ReadonlyArray<A>> => ({
  problem: (value) => {
    if (!Array.isArray(value)) return ': a list wanted'
    for (let index = 0; index < value.length; index++) {
      const problem = shape.problem(value[index])
      if (problem !== undefined) return `.${index}${problem}`
    }
    return undefined
  },
  isOptional: false,
})

/** Two values. */
export const pairOf = <A>(shape: Shape<A>): Shape<readonly [A, A]> => ({
  problem: (value) =>
    Array.isArray(value) && value.length === 2
      ? listOf(shape).problem(value)
      : ': two values wanted',
  isOptional: false,
})

/** An object with exactly these fields: an unknown one may change what the others mean (R16). */
export const record = <A>(fields: FieldShapes<A>): Shape<A> => {
  const shapes = new Map<string, Shape<unknown>>(Object.entries(fields))
  const required = [...shapes].filter(([, shape]) => !shape.isOptional).map(([name]) => name)
  return {
    problem: (value) => {
      if (!isObject(value)) return ': an object wanted'
      let requiredSeen = 0
      for (const name in value) {
        const shape = shapes.get(name)
        if (shape === undefined) return `.${name}: unknown field`
        const problem = shape.problem(value[name])
        if (problem !== undefined) return `.${name}${problem}`
        if (!shape.isOptional) requiredSeen++
      }
      if (requiredSeen === required.length) return undefined
      return `.${required.find((name) => !Object.hasOwn(value, name)) ?? ''}: missing`
    },
    isOptional: false,
  }
}

/** Whether a parsed JSON value is an object with fields. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
