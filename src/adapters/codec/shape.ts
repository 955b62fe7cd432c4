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

/**
 * What nearly every moment looks like, and then is one; others take the parser, which takes three times
 * as long. The last days of a month are left to it, too.
 */
const isUsualMoment =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/

/** A text that names a moment. */
export const moment = shapeOf<string>(
  'a time',
  (value) =>
    typeof value === 'string' && (isUsualMoment.test(value) || !Number.isNaN(Date.parse(value))),
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
  // Stored texts have their fields in this order, so each is looked for where the last one ended.
  const entries: ReadonlyArray<[string, Shape<unknown>]> = Object.entries(fields)
  const shapes = entries
    .map(([name, { problem, isOptional }]) => ({ name, problem, isOptional }))
    .toSorted((first, second) => (first.name < second.name ? -1 : 1))
  const required = shapes.filter(({ isOptional }) => !isOptional)
  const indexOf = (name: string, from: number): number => {
    for (let index = from; index < shapes.length; index++) {
      if (shapes[index]?.name === name) return index
    }
    return shapes.findIndex((shape) => shape.name === name)
  }
  return {
    problem: (value) => {
      if (!isObject(value)) return ': an object wanted'
      let requiredSeen = 0
      let next = 0
      for (const name in value) {
        const index = indexOf(name, next)
        const shape = shapes[index]
        if (shape === undefined) return `.${name}: unknown field`
        const problem = shape.problem(value[name])
        if (problem !== undefined) return `.${name}${problem}`
        if (!shape.isOptional) requiredSeen++
        next = index + 1
      }
      if (requiredSeen === required.length) return undefined
      return `.${required.find(({ name }) => !Object.hasOwn(value, name))?.name ?? ''}: missing`
    },
    isOptional: false,
  }
}

/** Whether a parsed JSON value is an object with fields. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
