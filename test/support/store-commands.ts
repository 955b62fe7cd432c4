import fc from 'fast-check'
import type { NonEmptyArray } from 'fp-ts/NonEmptyArray'
import { appendAtEnd } from '../../src/application/append-at-end'
import type { ExpectedRevision, SealedEvent } from '../../src/ports/event-store'
import { pagesAfter, shown, type ComparedStore, type Comparison } from './compare-stores'
import { fakeClock, partsOn } from './gate-world'
import { rightOf } from './event-store-contract'
import { sealedEvent, uuidOf } from './sealed-events'

type Command = fc.AsyncCommand<object, Comparison>

/** A command that can always be given; its name and arguments are what a failure shows. */
const command = (name: string, run: (real: Comparison) => Promise<void>): Command => ({
  check: () => true,
  run: (_model, real) => run(real),
  toString: () => name,
})

type WantedAppend = {
  readonly stream: number
  /** Right, unless it is off by this much; 99 stands for `no_stream`. */
  readonly off: number
  readonly ids: ReadonlyArray<number>
}

const noStream = 99

const which = fc.nat(2)
const stream = fc.nat(3)

/** Few ids, so that they come again, in their own stream and in others. */
const ids = fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 })

const wantedAppend = fc.record({
  stream,
  off: fc.oneof(
    { weight: 5, arbitrary: fc.constant(0) },
    fc.constantFrom(-3, -2, -1, 1, 2, noStream),
  ),
  ids,
})

const eventsOf = (numbers: ReadonlyArray<number>): NonEmptyArray<SealedEvent> => {
  const [first = 1, ...rest] = numbers
  return [sealedEvent(first), ...rest.map((number) => sealedEvent(number))]
}

const newestOf = async (store: ComparedStore, name: string): Promise<ExpectedRevision> => {
  const range = { stream: name, direction: 'backwards', from: 'end', limit: 1 } as const
  return (await rightOf(store.readStream(range))).events[0]?.revision ?? 'no_stream'
}

const expectedOf = async (store: ComparedStore, name: string, off: number) => {
  const newest = await newestOf(store, name)
  const revision = (newest === 'no_stream' ? -1n : newest) + BigInt(off)
  return off === noStream || revision < 0n ? 'no_stream' : revision
}

const append = (at: number, wanted: ReadonlyArray<WantedAppend>): Command =>
  command(`append(${at}, ${JSON.stringify(wanted)})`, async (real) => {
    const [memory, file] = await real.ask(at, async (store) => {
      const expected = await Promise.all(
        wanted.map((one) => expectedOf(store, real.streamAt(one.stream), one.off)),
      )
      // All of them in one turn: the file's store puts them into one transaction.
      return Promise.all(
        wanted.map((one, index) =>
          store.append(real.streamAt(one.stream), expected[index]!, eventsOf(one.ids))(),
        ),
      )
    })
    memory.forEach((answer, index) => real.compareAppended(answer, file[index]!))
  })

const appendToEnd = (at: number, number: number, expected: 'any' | 'exists'): Command =>
  command(`append(${at}, ${number}, ${expected})`, async (real) => {
    const clock = fakeClock()
    const draft = { type: 'LinkHeld', data: { reason: 'bill' }, idFrom: 'random' } as const
    const [memory, file] = await real.ask(at, (store) => {
      const whole = { ...store, changes: () => () => undefined, close: () => Promise.resolve() }
      const parts = { ...partsOn(whole, clock), newId: () => uuidOf(10 + number) }
      const occurred = clock.read()
      const name = real.streamAt(number)
      const decided = { drafts: [draft], occurred, source: 'record', stated: null } as const
      return appendAtEnd(parts, { ...decided, drafts: [draft], stream: name, expected })()
    })
    real.compareAppended(memory, file)
  })

const readStream = (
  at: number,
  number: number,
  range: {
    readonly direction: 'forwards' | 'backwards'
    readonly from: number | 'start' | 'end'
    readonly limit: number
  },
): Command =>
  command(`readStream(${at}, ${number}, ${JSON.stringify(range)})`, async (real) => {
    const from = typeof range.from === 'number' ? BigInt(range.from) : range.from
    const asked = { ...range, from, stream: real.streamAt(number) }
    const [memory, file] = await real.ask(at, (store) => rightOf(store.readStream(asked)))
    const newest = await real.ask(at, (store) => rightOf(store.newest(asked.stream)))
    const [inMemory, inFile] = newest.map((one) => [one?.id, one?.revision])
    expect(inFile).toEqual(inMemory)
    expect(shown(file)).toEqual(shown(memory))
    expect(file.next).toEqual(memory.next)
  })

const readAll = (
  at: number,
  range: { readonly nth: number; readonly kept: number; readonly limit: number },
): Command =>
  command(`readAll(${at}, ${JSON.stringify(range)})`, async (real) => {
    const after = real.after(range.nth)
    const all = [...real.categories, 'none']
    const categories = range.kept === 3 ? null : all.slice(range.kept)
    const [memory, file] = await real.ask(at, (store, side) =>
      pagesAfter(store, { after: after[side], categories, limit: range.limit }),
    )
    expect(file).toEqual(memory)
  })

const listStreams = (at: number, number: number): Command =>
  command(`streams(${at}, ${number})`, async (real) => {
    const category = real.categories[number]!
    const [memory, file] = await real.ask(at, (store) => rightOf(store.streams(category)))
    expect(file).toEqual(memory)
  })

const reopen = (at: number): Command => command(`reopen(${at})`, (real) => real.reopen(at))

const appends = fc
  .tuple(which, fc.array(wantedAppend, { minLength: 1, maxLength: 3 }))
  .map((args) => append(...args))

const appendsToEnd = fc
  .tuple(which, stream, fc.constantFrom('any', 'exists'))
  .map((args) => appendToEnd(...args))

const streamReads = fc
  .tuple(
    which,
    stream,
    fc.record({
      direction: fc.constantFrom('forwards', 'backwards'),
      from: fc.oneof(fc.constantFrom('start', 'end'), fc.nat(8)),
      limit: fc.integer({ min: 1, max: 5 }),
    }),
  )
  .map((args) => readStream(...args))

const ledgerReads = fc
  .tuple(
    which,
    fc.record({ nth: fc.nat(9), kept: fc.nat(3), limit: fc.integer({ min: 1, max: 5 }) }),
  )
  .map((args) => readAll(...args))

const lists = fc.tuple(which, fc.nat(1)).map((args) => listStreams(...args))

/** Random commands for a store, in any order; appends are frequent, as they make up the rest. */
export const storeCommands = fc.commands(
  [appends, appends, appends, appendsToEnd, streamReads, ledgerReads, lists, which.map(reopen)],
  { maxCommands: 10, size: 'max' },
)
