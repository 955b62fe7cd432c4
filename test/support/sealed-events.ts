import type { NonEmptyArray } from 'fp-ts/NonEmptyArray'
import type { SealedEvent } from '../../src/ports/event-store'

/** A UUID made of a number. */
export const uuidOf = (number: number): string =>
  `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`

/** An event ready to be stored; its contents mean nothing. */
export const sealedEvent = (number: number, overrides: Partial<SealedEvent> = {}): SealedEvent => ({
  id: uuidOf(number),
  type: 'DialStarted',
  data: `{"pid":${number}}`,
  metadata: '{"schema":1}',
  ...overrides,
})

/** Events ready to be stored, one for each number. */
export const sealedEvents = (
  first: number,
  ...rest: ReadonlyArray<number>
): NonEmptyArray<SealedEvent> => [sealedEvent(first), ...rest.map((number) => sealedEvent(number))]
