import { isObject } from '../adapters/codec'

/** The form of these texts: what is stored in another one is not read, but folded anew. */
export const viewTextForm = 2

/**
 * A view as JSON text. A bigint becomes the text `"$1"`, a text that begins with `$` gets one more; a
 * view is made of these, plain objects without a member `__proto__`, lists and what JSON knows.
 */
export const viewText = (view: unknown): string => JSON.stringify(tagged(view))

/** A copy that JSON can tell: with a replacer `JSON.stringify` takes several times as long. */
const tagged = (value: unknown): unknown => {
  switch (typeof value) {
    case 'bigint':
      return `$${value}`
    case 'string':
      return value.startsWith('$') ? `$${value}` : value
    default:
      if (Array.isArray(value)) return value.map(tagged)
      return isObject(value) ? taggedMembers(value) : value
  }
}

const taggedMembers = (members: Readonly<Record<string, unknown>>): unknown => {
  const copy: Record<string, unknown> = {}
  for (const name in members) copy[name] = tagged(members[name])
  return copy
}

/** The value that {@link viewText} made a text of; throws what `JSON.parse` throws. */
export const viewOfText = (text: string): unknown => restored(JSON.parse(text))

/** Changes what the parser has just made: to copy every object took ten times longer than to parse. */
const restored = (value: unknown): unknown => {
  if (typeof value === 'string') return value.startsWith('$') ? untagged(value) : value
  if (Array.isArray(value)) return restoredItems(value)
  return isObject(value) ? restoredMembers(value) : value
}

const untagged = (text: string): string | bigint =>
  text.startsWith('$$') ? text.slice(1) : BigInt(text.slice(1))

const restoredItems = (items: unknown[]): unknown => {
  items.forEach((item, index) => {
    if (mayBeTagged(item)) items[index] = restored(item)
  })
  return items
}

const restoredMembers = (members: Record<string, unknown>): unknown => {
  for (const name in members) {
    const member = members[name]
    if (mayBeTagged(member)) members[name] = restored(member)
  }
  return members
}

/** Whether a value may have to be changed; all others are left where they are. */
const mayBeTagged = (value: unknown): boolean =>
  typeof value === 'object' || (typeof value === 'string' && value.startsWith('$'))
