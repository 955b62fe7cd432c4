import * as E from 'fp-ts/Either'
import { isObject } from './shape'

/** Deepest nesting of a value that is stored; our events need five levels. */
const depthMax = 32

/**
 * The RFC 8785 text of a plain JSON value; left names the first part that has none or would not
 * read back the same: a lone surrogate, NUL, bigint, `undefined`, a number that is not finite, a
 * value with a prototype of its own.
 */
export const canonicalJson = (value: unknown): E.Either<string, string> => canonicalWriter()(value)

/**
 * {@link canonicalJson} for values that have objects in common and do not change meanwhile: an object
 * that stood under the same key in the value before is not written anew.
 */
export const canonicalWriter = (): ((value: unknown) => E.Either<string, string>) => {
  const written: Written = new Map()
  return (value) => {
    const text = textOf(value, 0, written)
    return text === undefined ? E.left(unfitPart(value, 0) ?? ': no JSON value') : E.right(text)
  }
}

/** The object that was written last under each key, how deep, and its text. */
type Written = Map<
  string,
  { readonly value: object; readonly depth: number; readonly text: string }
>

/**
 * The text of a value, undefined where a part of it has none. One pass that checks and writes: sealing
 * a million events spends most of its time here. Texts and numbers as ECMAScript writes them are what
 * RFC 8785 asks for (section 3.2.2).
 */
const textOf = (value: unknown, depth: number, written: Written): string | undefined => {
  switch (typeof value) {
    case 'string':
      return quoted(value)
    case 'boolean':
      return value ? 'true' : 'false'
    case 'number':
      return Number.isFinite(value) ? String(value) : undefined
    case 'object':
      if (value === null) return 'null'
      if (depth >= depthMax) return undefined
      if (isObject(value)) return textOfObject(value, depth + 1, written)
      return Array.isArray(value) ? textOfList(value, depth + 1, written) : undefined
    default:
      return undefined
  }
}

const textOfList = (
  list: ReadonlyArray<unknown>,
  depth: number,
  written: Written,
): string | undefined => {
  const members: string[] = []
  for (const one of list) {
    const member = textOf(one, depth, written)
    if (member === undefined) return undefined
    members.push(member)
  }
  // Joined, because a text put together by + is put together anew wherever it is used.
  return `[${members.join(',')}]`
}

const textOfObject = (
  value: Readonly<Record<string, unknown>>,
  depth: number,
  written: Written,
): string | undefined => {
  if (!isPlain(value)) return undefined
  let text = ''
  for (const key of sortedKeys(value)) {
    const member = value[key]
    const isShared = typeof member === 'object' && member !== null
    const ofMember = isShared
      ? textOfShared(key, member, { depth, written })
      : textOf(member, depth, written)
    const name = quoted(key)
    if (name === undefined || ofMember === undefined) return undefined
    text += text === '' ? `${name}:${ofMember}` : `,${name}:${ofMember}`
  }
  return `{${text}}`
}

/** The text of an object that may stand under the same key in the values before. */
const textOfShared = (
  key: string,
  member: object,
  { depth, written }: { readonly depth: number; readonly written: Written },
): string | undefined => {
  const before = written.get(key)
  if (before !== undefined && before.value === member && before.depth === depth) return before.text
  const text = textOf(member, depth, written)
  if (text !== undefined) written.set(key, { value: member, depth, text })
  return text
}

/** Keys in the order of their UTF-16 units, as `sort` has them; most objects have them so already. */
const sortedKeys = (value: object): ReadonlyArray<string> => {
  const keys = Object.keys(value)
  let before = ''
  for (const key of keys) {
    if (key < before) return keys.sort()
    before = key
  }
  return keys
}

/** Any text as JSON has it; nothing needs to be escaped in most. */
export const jsonText = (text: string): string =>
  plainText.test(text) ? `"${text}"` : JSON.stringify(text)

const quoted = (text: string): string | undefined => {
  if (plainText.test(text)) return `"${text}"`
  return isStorableText(text) ? JSON.stringify(text) : undefined
}

/** Printable ASCII without quote and backslash. */
const plainText = /^[ !#-[\]-~]*$/

/** Whether a text is stored and read back the same by every store: no lone surrogate, no NUL. */
export const isStorableText = (text: string): boolean => text.isWellFormed() && !text.includes('\0')

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
