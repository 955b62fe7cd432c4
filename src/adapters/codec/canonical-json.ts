import canonicalize from 'canonicalize'
import * as E from 'fp-ts/Either'

/** Deepest nesting of a value that is stored; our events need five levels. */
const depthMax = 32

/**
 * The RFC 8785 text of a plain JSON value; left names the first part that has none or would not
 * read back the same: a lone surrogate, NUL, bigint, `undefined`, a number that is not finite, a
 * value with a prototype of its own.
 */
export const canonicalJson = (value: unknown): E.Either<string, string> => {
  const problem = unfitPart(value, 0)
  const text = problem === undefined ? canonicalize(value) : undefined
  return text === undefined ? E.left(problem ?? ': no JSON value') : E.right(text)
}

/** Whether a text is stored and read back the same by every store. */
export const isStorableText = (text: string): boolean => !/\p{Surrogate}|\0/u.test(text)

const unfitPart = (value: unknown, depth: number): string | undefined => {
  switch (typeof value) {
    case 'string':
      return isStorableText(value) ? undefined : ': a lone surrogate or NUL'
    case 'boolean':
      return undefined
    case 'number':
      return Number.isFinite(value) ? undefined : ': a number that is not finite'
    case 'object':
      return value === null ? undefined : unfitMember(value, depth + 1)
    default:
      return `: ${typeof value} is no JSON value`
  }
}

const unfitMember = (value: object, depth: number): string | undefined => {
  if (depth > depthMax) return ': nested too deeply'
  if (!Array.isArray(value) && !isPlain(value)) return ': not a plain object'
  // Index by index, because `entries` of a sparse array skips its holes.
  const members = Array.isArray(value) ? Array.from(value.entries()) : Object.entries(value)
  for (const [key, member] of members) {
    const problem = unfitPart(key, depth) ?? unfitPart(member, depth)
    if (problem !== undefined) return `.${key}${problem}`
  }
  return undefined
}

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return (prototype === Object.prototype || prototype === null) && !('toJSON' in value)
}
