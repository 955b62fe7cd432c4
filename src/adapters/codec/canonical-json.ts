import * as E from 'fp-ts/Either'
import { isObject } from './shape'

/** Deepest nesting of a value that is stored; our events need five levels. */
const depthMax = 32

/**
 * The RFC 8785 text of a plain JSON value; left names the first part that has none or would not
 * read back the same: a lone surrogate, NUL, bigint, `undefined`, a number that is not finite, a
 * value with a prototype of its own.
 */
export const canonicalJson = (value: unknown): E.Either<string, string> => {
  const text = textOf(value, 0)
  return text === undefined ? E.left(unfitPart(value, 0) ?? ': no JSON value') : E.right(text)
}

/**
 * The text of a value, undefined where a part of it has none. One pass that checks and writes: sealing
 * a million events spends most of its time here. Texts and numbers as ECMAScript writes them are what
 * RFC 8785 asks for (section 3.2.2).
 */
const textOf = (value: unknown, depth: number): string | undefined => {
  switch (typeof value) {
    case 'string':
      return isStorableText(value) ? JSON.stringify(value) : undefined
    case 'boolean':
      return value ? 'true' : 'false'
    case 'number':
      return Number.isFinite(value) ? JSON.stringify(value) : undefined
    case 'object':
      if (value === null) return 'null'
      if (depth >= depthMax) return undefined
      if (isObject(value)) return textOfObject(value, depth + 1)
      return Array.isArray(value) ? textOfList(value, depth + 1) : undefined
    default:
      return undefined
  }
}

const textOfList = (list: ReadonlyArray<unknown>, depth: number): string | undefined => {
  let text = ''
  for (let index = 0; index < list.length; index++) {
    const member = textOf(list[index], depth)
    if (member === undefined) return undefined
    text += index === 0 ? member : `,${member}`
  }
  return `[${text}]`
}

/** Keys in the order of their UTF-16 units, as `sort` has them. */
const textOfObject = (
  value: Readonly<Record<string, unknown>>,
  depth: number,
): string | undefined => {
  if (!isPlain(value)) return undefined
  let text = ''
  for (const key of Object.keys(value).sort()) {
    const member = isStorableText(key) ? textOf(value[key], depth) : undefined
    if (member === undefined) return undefined
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${member}`
  }
  return `{${text}}`
}

/** Whether a text is stored and read back the same by every store. */
export const isStorableText = (text: string): boolean =>
  !suspicious.test(text) || !/\p{Surrogate}|\0/u.test(text)

/** Any half of a pair, and NUL: hardly any text has one, and this is found out quickly. */
const suspicious = /[\0\ud800-\udfff]/

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
