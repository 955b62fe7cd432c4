import type { Metadata } from '../../../domain/events'

/** The parsed JSON of a stored event, before anything is known of it. */
export type RawEvent = {
  readonly type: string
  readonly data: Record<string, unknown>
  readonly metadata: Record<string, unknown>
}

/** How old forms are read: `upcasters` turns schema n, by its key, into schema n + 1. */
export type Upcasting = {
  readonly current: number
  readonly upcasters: ReadonlyMap<number, (old: RawEvent) => RawEvent>
}

/** The schema version of the events that this version writes. */
export const currentSchema: Metadata['schema'] = 1

/** The schemas that this version reads. A change of the format adds an upcaster and a fixture. */
export const upcasting: Upcasting = { current: currentSchema, upcasters: new Map() }

/** The event in the current schema; nothing for a schema that no upcaster leads from. */
export const upcast = (
  { current, upcasters }: Upcasting,
  event: RawEvent,
): RawEvent | undefined => {
  const schema = event.metadata['schema']
  if (schema === current) return event
  if (typeof schema !== 'number' || schema > current) return undefined
  let raw: RawEvent = event
  for (let from = schema; from < current; from++) {
    const step = upcasters.get(from)
    if (step === undefined) return undefined
    const next = step(raw)
    raw = { ...next, metadata: { ...next.metadata, schema: from + 1 } }
  }
  return raw
}
