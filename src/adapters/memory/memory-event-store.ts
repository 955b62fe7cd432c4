import * as E from 'fp-ts/Either'
import type { NonEmptyArray } from 'fp-ts/NonEmptyArray'
import type {
  Appended,
  AppendError,
  EventStore,
  ExpectedRevision,
  LedgerRange,
  Page,
  RecordedEvent,
  SealedEvent,
  StreamRange,
} from '../../ports/event-store'
import { firstRevision, repeatedOrConflict, unstorable } from '../codec'

type Contents = {
  readonly ledger: RecordedEvent[]
  readonly streams: Map<string, RecordedEvent[]>
  readonly listeners: Set<() => void>
}

/** An event store that lives as long as this process: for tests and for throw-away ledgers. */
export const memoryEventStore = (): EventStore => {
  const contents: Contents = { ledger: [], streams: new Map(), listeners: new Set() }
  return {
    append: (stream, expected, events) => () =>
      Promise.resolve(append(contents, { stream, expected }, events)),
    readStream: (range) => () => Promise.resolve(E.right(readStream(contents, range))),
    readAll: (range) => () => Promise.resolve(E.right(readAll(contents, range))),
    newest: (stream) => () =>
      Promise.resolve(E.right(contents.streams.get(stream)?.at(-1) ?? null)),
    end: () => Promise.resolve(E.right(contents.ledger.at(-1)?.position ?? null)),
    streams: (category) => () =>
      Promise.resolve(
        E.right([...contents.streams.keys()].filter((name) => categoryOf(name) === category)),
      ),
    changes: (wake) => {
      contents.listeners.add(wake)
      return () => {
        contents.listeners.delete(wake)
      }
    },
    close: () => {
      contents.listeners.clear()
      return Promise.resolve()
    },
  }
}

type Place = { readonly stream: string; readonly expected: ExpectedRevision }

const append = (
  contents: Contents,
  { stream, expected }: Place,
  events: NonEmptyArray<SealedEvent>,
): E.Either<AppendError, Appended> => {
  const refused = unstorable(stream, events)
  if (refused !== undefined) return E.left(refused)
  const stored = contents.streams.get(stream) ?? []
  const first = firstRevision(expected)
  if (BigInt(stored.length) !== first) {
    const actual = stored.length === 0 ? 'no_stream' : BigInt(stored.length - 1)
    const answer = repeatedOrConflict(
      { stream, actual, stored: stored.slice(Number(first)) },
      events,
    )
    return 'repeated' in answer ? E.right(answer.repeated) : E.left(answer.conflict)
  }
  for (const event of events) {
    const { id, type, data, metadata } = event
    const revision = BigInt(stored.length)
    const position = BigInt(contents.ledger.length + 1)
    const recorded = { id, type, data, metadata, stream, revision, position }
    stored.push(recorded)
    contents.ledger.push(recorded)
  }
  contents.streams.set(stream, stored)
  setImmediate(() => contents.listeners.forEach((wake) => wake()))
  const last = BigInt(stored.length - 1)
  return E.right({ revision: last, position: BigInt(contents.ledger.length), repeated: false })
}

const readStream = (contents: Contents, range: StreamRange): Page => {
  const stored = contents.streams.get(range.stream) ?? []
  const step = range.direction === 'forwards' ? 1 : -1
  const from =
    range.from === 'start' ? 0 : range.from === 'end' ? stored.length - 1 : Number(range.from)
  const events: RecordedEvent[] = []
  let at = step === -1 ? Math.min(from, stored.length - 1) : from
  for (; events.length < range.limit; at += step) {
    const event = stored[at]
    if (event === undefined) return { events, next: null }
    events.push(event)
  }
  return { events, next: stored[at] === undefined ? null : BigInt(at) }
}

const readAll = (contents: Contents, { after, categories, limit }: LedgerRange): Page => {
  const rest = contents.ledger.slice(Number(after ?? 0n))
  const kept = rest.filter(
    (event) => categories === null || categories.includes(categoryOf(event.stream)),
  )
  const events = kept.slice(0, limit)
  return { events, next: kept.length > limit ? (events.at(-1)?.position ?? null) : null }
}

const categoryOf = (stream: string): string => stream.slice(0, stream.indexOf('-'))
