import * as E from 'fp-ts/Either'
import { memoryEventStore } from '../../src/adapters/memory/memory-event-store'
import type {
  Appended,
  EventStore,
  LedgerRange,
  Page,
  RecordedEvent,
} from '../../src/ports/event-store'
import { rightOf } from './event-store-contract'
import { sealedEvents } from './sealed-events'

/** What is compared of a store. */
export type ComparedStore = Pick<
  EventStore,
  'append' | 'readStream' | 'readAll' | 'newest' | 'end' | 'streams'
>

/** A store over a file that can be closed and opened again. */
export type OpenStore = {
  readonly store: () => ComparedStore
  readonly reopen: () => Promise<void>
  readonly end: () => Promise<void>
}

type Side = 'memory' | 'file'
type Answer = E.Either<unknown, Appended>
type Positions = Readonly<Record<Side, bigint | null>>

/** A memory store, and the stores over one file that must answer as it does. */
export type Comparison = {
  /** The name of a stream that nothing but this comparison appends to. */
  readonly streamAt: (number: number) => string
  readonly categories: readonly [string, string]
  /** Asks the memory store and one over the file; gives both answers. */
  readonly ask: <A>(
    which: number,
    question: (store: ComparedStore, side: Side) => Promise<A>,
  ) => Promise<readonly [memory: A, file: A]>
  /** Positions differ from store to store, but they must tell the same events in the same order. */
  readonly compareAppended: (memory: Answer, file: Answer) => void
  /** Where the n-th append (modulo) ended in either store, or the start. */
  readonly after: (nth: number) => Positions
  readonly reopen: (which: number) => Promise<void>
  /** How many appends added something. */
  readonly appends: () => number
  /** Compares everything that the memory store and one over the file hold. */
  readonly compareAll: (which: number) => Promise<void>
}

/** Compares an empty memory store with what is written to a file from now on, to streams of this run. */
export const comparison = async (
  run: string,
  opened: readonly [OpenStore, ...ReadonlyArray<OpenStore>],
): Promise<Comparison> => {
  const memory = memoryEventStore()
  const at = (which: number): OpenStore => opened[which % opened.length] ?? opened[0]
  const mark = await rightOf(at(0).store().append(`mark-${run}`, 'no_stream', sealedEvents(1)))
  const known: Positions[] = [{ memory: null, file: mark.position }]
  const categories = [`link${run}`, `site${run}`] as const
  return {
    streamAt: (number) => `${categories[number % 2]}-${number}`,
    categories,
    ask: async (which, question) =>
      Promise.all([question(memory, 'memory'), question(at(which).store(), 'file')]),
    compareAppended: (inMemory, inFile) => {
      expect(withoutPosition(inFile)).toEqual(withoutPosition(inMemory))
      if (E.isLeft(inMemory) || E.isLeft(inFile)) return
      const positions = { memory: inMemory.right.position, file: inFile.right.position }
      for (const other of known)
        expect(order(positions.file, other.file)).toBe(order(positions.memory, other.memory))
      if (!inMemory.right.repeated) known.push(positions)
    },
    after: (nth) => known[nth % known.length]!,
    reopen: (which) => at(which).reopen(),
    appends: () => known.length - 1,
    compareAll: async (which) => {
      const whole = { categories: null, limit: 50 }
      const expected = await pagesAfter(memory, { ...whole, after: null })
      const found = await pagesAfter(at(which).store(), { ...whole, after: mark.position })
      expect(found).toEqual(expected)
    },
  }
}

const order = (position: bigint, other: bigint | null): number =>
  other === null || position > other ? 1 : position < other ? -1 : 0

const withoutPosition = (answer: Answer): unknown =>
  E.isLeft(answer) ? answer : { ...answer.right, position: null }

/** The events of a page, without their positions. */
export const shown = ({ events }: Page): ReadonlyArray<Omit<RecordedEvent, 'position'>> =>
  events.map(({ position: _position, ...event }) => event)

const pagesMax = 100

/** All the pages from a position on that have events; positions must rise. */
export const pagesAfter = async (
  store: ComparedStore,
  range: LedgerRange,
): Promise<ReadonlyArray<unknown>> => {
  const pages: unknown[] = []
  let [after, last] = [range.after, range.after ?? 0n]
  for (let count = 0; count < pagesMax; count += 1) {
    const page = await rightOf(store.readAll({ ...range, after }))
    for (const { position } of page.events) {
      expect(position > last).toBe(true)
      last = position
    }
    if (page.events.length > 0) pages.push(shown(page))
    if (page.next === null) return pages
    after = page.next
  }
  throw new Error('the pages do not end')
}
