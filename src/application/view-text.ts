import { isObject } from '../adapters/codec'

/**
 * A view as JSON text. A bigint becomes `{"$bigint":"1"}`, a key that begins with `$` gets one more;
 * a view is made of these, plain objects, lists and what JSON knows.
 */
export const viewText = (view: unknown): string => JSON.stringify(tagged(view))

/** The value that {@link viewText} made a text of; throws what `JSON.parse` throws. */
export const viewOfText = (text: string): unknown => untagged(JSON.parse(text))

const tagged = (value: unknown): unknown => {
  if (typeof value === 'bigint') return { $bigint: String(value) }
  if (Array.isArray(value)) return value.map(tagged)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key.startsWith('$') ? `$${key}` : key,
      tagged(member),
    ]),
  )
}

const untagged = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(untagged)
  if (!isObject(value)) return value
  const digits = value['$bigint']
  if (typeof digits === 'string') return BigInt(digits)
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key.startsWith('$') ? key.slice(1) : key,
      untagged(member),
    ]),
  )
}
