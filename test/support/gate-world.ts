import * as E from 'fp-ts/Either'
import type { TaskEither } from 'fp-ts/TaskEither'
import { join } from 'node:path'
import type { LedgerEvent, Recorded } from '../../domain/events'
import type { ClockReading } from '../../domain/time'
import { memoryEventStore } from '../../src/adapters/memory/memory-event-store'
import { toStreamItem } from '../../src/adapters/codec'
import { foldStream } from '../../src/application/fold-stream'
import type { DialRequest, Granted, Refused } from '../../src/application/gate'
import type { LedgerParts } from '../../src/application/ledger-parts'
import type { Clock } from '../../src/ports/clock'
import type { AppendError, EventStore } from '../../src/ports/event-store'
import type { Judgement, Liveness } from '../../src/ports/liveness'
import { aReading, epochMs, uuidOf } from './event-builders'
import { rightOf } from './event-store-contract'
import { drawOf } from './ledger-world'
import { linkId } from './link-id'
import { newLedger, temporaryFolder } from './sqlite-ledger'

/** A clock that a test sets; seconds count from its start. */
export type FakeClock = Clock & {
  readonly at: (sec: number) => void
  readonly wallSteps: (sec: number) => void
  readonly reboots: () => void
}

/** A clock of one host; its uptime at 0 s is an hour. */
export const fakeClock = (name = 'a'): FakeClock => {
  let [nowCs, wallMs, boot, bootedCs] = [0, epochMs, 1, -360_000]
  return {
    read: (): ClockReading =>
      aReading({
        bootId: `boot-${name}-${boot}`,
        uptimeCs: nowCs - bootedCs,
        wall: new Date(wallMs + nowCs * 10).toISOString(),
      }),
    at: (sec) => {
      nowCs = Math.round(sec * 100)
    },
    wallSteps: (sec) => {
      wallMs += sec * 1000
    },
    reboots: () => {
      boot += 1
      bootedCs = nowCs
    },
  }
}

let ids = 0

/** Everything that the application needs, over a store that a test holds; nothing ever sleeps. */
export const partsOn = (store: EventStore, clock: Clock, host = 'a'): LedgerParts => ({
  store,
  fold: foldStream(store),
  clock,
  host,
  actor: 'tester',
  newId: () => uuidOf(0x10_0000 + ids++),
  draw: drawOf,
  sleepMs: () => Promise.resolve(),
})

/** Judges every attempt the same, or in turn; the last judgement repeats. */
export const livenessThatJudges = (
  ...judgements: readonly [Judgement, ...ReadonlyArray<Judgement>]
): Liveness & { readonly asked: ReadonlyArray<Parameters<Liveness['judge']>[1]> } => {
  const asked: Parameters<Liveness['judge']>[1][] = []
  return {
    asked,
    judge: (_link, attempt) => {
      asked.push(attempt)
      return Promise.resolve(judgements[Math.min(asked.length, judgements.length) - 1]!)
    },
  }
}

/** A request of a supervisor that is ready at once; counts how often it had to prepare. */
export const aRequest = (
  overrides: Partial<DialRequest> = {},
): DialRequest & { readonly prepared: ReadonlyArray<string> } => {
  const prepared: string[] = []
  return {
    link: linkId('isp'),
    supervision: 'supervised',
    dialer: 'generic',
    redialsItself: false,
    owner: null,
    prepare: ({ attempt }) => {
      prepared.push(attempt)
      return Promise.resolve(E.right({ supervisor: null, session: null }))
    },
    ...overrides,
    prepared,
  }
}

/** The grant; fails the test on a refusal or an error. */
export const granted = async <Left>(
  answer: TaskEither<Left, Granted | Refused>,
): Promise<Granted> => {
  const result = await rightOf(answer)
  if (result._tag === 'Granted') return result
  throw new Error(`refused: ${JSON.stringify(result.deniedBy)}`)
}

/** The refusal; fails the test on a grant or an error. */
export const refused = async <Left>(
  answer: TaskEither<Left, Granted | Refused>,
): Promise<Refused> => {
  const result = await rightOf(answer)
  if (result._tag === 'Refused') return result
  throw new Error('granted')
}

/** The rules that deny, in the order of the refusal. */
export const rulesOf = ({ deniedBy }: Refused): ReadonlyArray<string> =>
  deniedBy.map(({ rule }) => rule)

/** What a link's stream holds, decoded; what cannot be decoded has the type `Unreadable`. */
export const eventsOf = async (store: EventStore, stream = 'link-isp') => {
  const { events } = await rightOf(
    store.readStream({ stream, direction: 'forwards', from: 'start', limit: 10_000 }),
  )
  return events.map(toStreamItem)
}

/** The types of what a link's stream holds. */
export const typesOf = async (store: EventStore, stream = 'link-isp') =>
  (await eventsOf(store, stream)).map((item) => item.type)

/** The events of one type in a link's stream. */
export const eventsOfType = async <Type extends LedgerEvent['type']>(
  store: EventStore,
  type: Type,
): Promise<ReadonlyArray<Recorded<Extract<LedgerEvent, { readonly type: Type }>>>> =>
  (await eventsOf(store)).filter(
    (item): item is Recorded<Extract<LedgerEvent, { readonly type: Type }>> => item.type === type,
  )

/** How a store can be had for a test, by its name. */
export const stores: ReadonlyArray<readonly [name: string, open: () => Promise<EventStore>]> = [
  ['memory', () => Promise.resolve(memoryEventStore())],
  ['SQLite', async () => (await newLedger(join(newFolder(), 'ledger.db'))).store],
]

const removals: Array<() => void> = []

/** A temporary folder that {@link removeFolders} removes. */
export const newFolder = (): string => {
  const { folder, remove } = temporaryFolder()
  removals.push(remove)
  return folder
}

/** Removes the folders that tests of this file were given. */
export const removeFolders = (): void => {
  for (const remove of removals.splice(0)) remove()
}

type AppendCall = Parameters<EventStore['append']>

/** An answer that a test forces on an append; `appends`: the store has the events all the same. */
export type ForcedAnswer = { readonly error: AppendError; readonly appends: boolean } | null

/** A store that gives forced answers first, one for each append, and remembers what it was told. */
export const faultyStore = (
  store: EventStore,
  answers: ReadonlyArray<ForcedAnswer>,
): EventStore & { readonly calls: ReadonlyArray<AppendCall> } => {
  const calls: AppendCall[] = []
  return {
    ...store,
    calls,
    append: (...call) => {
      const append = store.append(...call)
      return async () => {
        const forced = answers[calls.push(call) - 1] ?? null
        if (forced === null) return append()
        if (forced.appends) await append()
        return E.left(forced.error)
      }
    },
  }
}

/** A store whose second read of a stream takes as long as `meanwhile` does, after it was read. */
export const slowlyReadStore = (
  store: EventStore,
  stream: string,
  meanwhile: () => Promise<unknown>,
): EventStore => {
  let reads = 0
  return {
    ...store,
    readStream: (range) => {
      const read = store.readStream(range)
      return async () => {
        const page = await read()
        if (range.stream === stream && reads++ === 1) await meanwhile()
        return page
      }
    },
  }
}

/** A store where something happens just before the n-th append (0-based), as other processes do. */
export const interruptedStore = (
  store: EventStore,
  interruptions: ReadonlyArray<() => Promise<unknown>>,
): EventStore => {
  let appends = 0
  return {
    ...store,
    append: (...call) => {
      const append = store.append(...call)
      return async () => {
        await interruptions[appends++]?.()
        return append()
      }
    },
  }
}
