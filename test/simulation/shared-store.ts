import * as E from 'fp-ts/Either'
import { memoryEventStore } from '../../src/adapters/memory/memory-event-store'
import type {
  Appended,
  AppendError,
  EventStore,
  ReadError,
  RecordedEvent,
  SealedEvent,
} from '../../src/ports/event-store'
import { cutOffOf, overTheNetwork, type CutOffMachines } from './cut-off'
import { awaitAnswer, later, type VirtualProcess, type VirtualTime } from './virtual-time'

/** What a store can do to an append instead of taking it and saying so. */
export const storeFaults = [
  'unavailable',
  'not-applied',
  'answer-lost',
  'applied-late',
  'no-answer',
  'torn',
  'slow',
  'denied',
] as const

/** One of {@link storeFaults}. */
export type StoreFault = (typeof storeFaults)[number]

/** An event as an observer outside of time sees it: when and by which clock it was written down. */
export type Landed = {
  readonly event: RecordedEvent
  /** True time at which its `appended` reading was taken. */
  readonly readMs: number
  readonly clock: string
}

/** Events that the store said it has. */
type Acknowledged = { readonly events: ReadonlyArray<SealedEvent>; readonly result: Appended }

/** One ledger that all processes of a world share, and what is wrong with it at the moment. */
export type SharedStore = {
  readonly time: VirtualTime
  readonly memory: EventStore
  /** The faults of the next appends. */
  readonly faults: StoreFault[]
  awayUntilMs: number
  readonly cutOff: CutOffMachines
  /** Whether the answer to every third append is lost. */
  readonly losesEveryThird: boolean
  appends: number
  readonly landed: Landed[]
  readonly acknowledged: Acknowledged[]
  readonly wakes: Set<() => void>
  readonly note: (what: string) => void
}

/** An empty ledger. */
export const newSharedStore = (
  time: VirtualTime,
  note: (what: string) => void,
  losesEveryThird: boolean,
): SharedStore => ({
  time,
  memory: memoryEventStore(),
  faults: [],
  awayUntilMs: 0,
  cutOff: new Map(),
  losesEveryThird,
  appends: 0,
  landed: [],
  acknowledged: [],
  wakes: new Set(),
  note,
})

/** The ledger as one process reaches it; `clock` tells which clock of the world it reads. */
export const storeOf = (
  shared: SharedStore,
  process: VirtualProcess,
  clock: () => string,
): EventStore => {
  const { time, memory } = shared
  const cutOff = () => cutOffOf(shared.cutOff, process.machine, time)
  const read = <A>(name: string, from: () => Promise<E.Either<ReadError, A>>) =>
    awaitAnswer<E.Either<ReadError, A>>(time, process, {
      name,
      ...travelOf(process),
      isRemote: true,
      perform: (answer) => {
        overTheNetwork<E.Either<ReadError, A>>(time, cutOff(), unread, (answerIt) => {
          if (isAway(shared)) answerIt(E.left({ _tag: 'Unavailable', why: 'away' }))
          else void from().then(answerIt)
        })(answer)
      },
    })
  return {
    append: (stream, expected, events) => {
      const asked = { stream, expected, events, readMs: time.nowMs, clock: clock() }
      return () => append(shared, process, asked)
    },
    readStream: (range) => () => read('a read', memory.readStream(range)),
    readAll: (range) => () => read('a read', memory.readAll(range)),
    streams: (category) => () => read('a read', memory.streams(category)),
    newest: (stream) => () => read('a read', memory.newest(stream)),
    end: () => read('a read', memory.end),
    changes: (wake) => {
      const tell = () => {
        if (cutOff() === null) later(time, process, 5, wake)
      }
      shared.wakes.add(tell)
      return () => shared.wakes.delete(tell)
    },
    close: () => Promise.resolve(),
  }
}

const unread = {
  lost: E.left({ _tag: 'Unavailable', why: 'no answer' } as const),
  refused: E.left({ _tag: 'Unavailable', why: 'cut off' } as const),
}

const isAway = ({ time, awayUntilMs }: SharedStore): boolean => time.nowMs < awayUntilMs

const travelOf = ({ random }: VirtualProcess) => ({
  thereMs: Math.floor(random() * 4),
  backMs: Math.floor(random() * 4),
})

type AskedAppend = {
  readonly stream: string
  readonly expected: Parameters<EventStore['append']>[1]
  readonly events: Parameters<EventStore['append']>[2]
  readonly readMs: number
  readonly clock: string
}

type Answer = E.Either<AppendError, Appended>

const append = (
  shared: SharedStore,
  process: VirtualProcess,
  asked: AskedAppend,
): Promise<Answer> => {
  const fault = isAway(shared) ? 'away' : (shared.faults.shift() ?? everyThird(shared))
  if (fault !== null) shared.note(`store ${fault}`)
  const isSlow = fault === 'slow'
  const travel = travelOf(process)
  return awaitAnswer<Answer>(shared.time, process, {
    name: 'an append',
    thereMs: isSlow ? 500 + process.random() * 8_000 : travel.thereMs,
    backMs: fault === 'no-answer' ? 20_000 : travel.backMs,
    isRemote: true,
    perform: (answer) => {
      const how = cutOffOf(shared.cutOff, process.machine, shared.time)
      if (how !== null) shared.note(`an append while cut off: ${how}`)
      const faulty: Faulty = { asked, fault, random: process.random, isHeard: how === null }
      overTheNetwork<Answer>(shared.time, how, unappended, (answerIt) =>
        performAppend(shared, faulty, answerIt),
      )(answer)
    },
  })
}

const everyThird = (shared: SharedStore): StoreFault | null => {
  shared.appends += 1
  if (!shared.losesEveryThird || shared.appends % 3 !== 0) return null
  shared.note('the answer to a third append lost')
  return 'answer-lost'
}

type Faulty = {
  readonly asked: AskedAppend
  readonly fault: StoreFault | 'away' | null
  readonly random: () => number
  /** Whether its answer gets back. */
  readonly isHeard: boolean
}

const unknown = (why: string): Answer => E.left({ _tag: 'UnknownOutcome', why })

const unappended = {
  lost: unknown('no answer'),
  refused: E.left({ _tag: 'Unavailable', why: 'cut off' } as const),
}

const performAppend = (
  shared: SharedStore,
  { asked, fault, random, isHeard }: Faulty,
  answer: (answered: Answer) => void,
): void => {
  switch (fault) {
    case 'away':
    case 'unavailable': {
      answer(E.left({ _tag: 'Unavailable', why: 'away' }))
      return
    }
    case 'denied': {
      answer(E.left({ _tag: 'Denied', why: 'not yours' }))
      return
    }
    case 'not-applied': {
      answer(unknown('not applied'))
      return
    }
    case 'torn':
      // The machine of the store lost power while it wrote: none of it is there, and nobody knows.
      shared.awayUntilMs = shared.time.nowMs + 500 + random() * 15_000
      {
        answer(unknown('torn'))
        return
      }
    case 'answer-lost':
    case 'no-answer':
      void apply(shared, asked).then(() => answer(unknown('the answer was lost')))
      return
    case 'applied-late':
      later(shared.time, null, 50 + random() * 30_000, () => void apply(shared, asked))
      {
        answer(unknown('still on its way'))
        return
      }
    case 'slow':
    case null:
      void apply(shared, asked).then((result) => {
        if (E.isRight(result) && isHeard) {
          shared.acknowledged.push({ events: asked.events, result: result.right })
        }
        answer(result)
      })
  }
}

const apply = async (shared: SharedStore, asked: AskedAppend): Promise<Answer> => {
  const { stream, expected, events, readMs, clock } = asked
  const result = await shared.memory.append(stream, expected, events)()
  if (E.isLeft(result)) {
    shared.note(`store ${result.left._tag}`)
    return result
  }
  if (result.right.repeated) shared.note('store repeated')
  else {
    const first = result.right.revision - BigInt(events.length) + 1n
    const before = result.right.position - BigInt(events.length) + 1n
    events.forEach((event, index) => {
      const at = BigInt(index)
      const place = { stream, revision: first + at, position: before + at }
      shared.landed.push({ event: { ...event, ...place }, readMs, clock })
    })
    shared.wakes.forEach((wake) => wake())
  }
  return result
}

/** What the store said it has and has not: nothing, ever. */
export const lostAppends = async (shared: SharedStore): Promise<ReadonlyArray<string>> => {
  const page = await shared.memory.readAll({ after: null, categories: null, limit: 1_000_000 })()
  if (E.isLeft(page)) return ['the ledger cannot be read at all']
  const stored = new Map(page.right.events.map((event) => [event.id, event]))
  return shared.acknowledged.flatMap(({ events, result }) =>
    events.flatMap(({ id, data, metadata }, index) => {
      const found = stored.get(id)
      const revision = result.revision - BigInt(events.length - 1 - index)
      // Two that learn of one fact at one reading name it alike: the second is told of the first.
      const isSame = result.repeated || (found?.data === data && found.metadata === metadata)
      const isThere = isSame && found?.revision === revision
      return isThere ? [] : [`acknowledged event ${id} is not at revision ${revision}`]
    }),
  )
}
