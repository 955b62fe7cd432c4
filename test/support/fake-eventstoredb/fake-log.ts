import {
  systemEvent,
  tombstoneRevision,
  truncatingBefore,
  type LoggedEvent,
  type ProposedEvent,
} from './logged-event'
import { truncationOf, visibleOf } from './stream-visibility'

/** Where an append wants its stream to end. */
export type WantedRevision = bigint | 'any' | 'no_stream' | 'stream_exists'

/** What the log answers to an append; no `position`: it appended nothing. */
export type LogAnswer =
  | { readonly _tag: 'Appended'; readonly revision: bigint; readonly position: bigint | null }
  | { readonly _tag: 'WrongExpectedVersion'; readonly current: bigint | null }
  | { readonly _tag: 'StreamDeleted' }
  | { readonly _tag: 'TooLarge' }
  | { readonly _tag: 'NoName' }

/** Bytes of data that one append may have, all its events together. */
export const appendBytesMax = 1024 * 1024

/** What the nodes of one fake cluster share: every event, and who waits for more. */
export type FakeLog = {
  readonly append: (
    stream: string,
    wanted: WantedRevision,
    events: ReadonlyArray<ProposedEvent>,
  ) => LogAnswer
  readonly all: () => ReadonlyArray<LoggedEvent>
  readonly visible: (stream: string) => ReturnType<typeof visibleOf>
  readonly deleteStream: (stream: string, kind: 'softly' | 'for good') => LogAnswer
  readonly listen: (wake: () => void) => () => void
  /** Ids that were appended with `any` are known until then. */
  readonly restarted: () => void
  /** Puts an older copy in the place of the log: its first events. */
  readonly rollBack: (count: number) => void
}

type Contents = {
  all: LoggedEvent[]
  streams: Map<string, LoggedEvent[]>
  readonly recent: Map<string, LoggedEvent>
  readonly listeners: Set<() => void>
}

/** An empty log, but for the events of the server's own that every log begins with. */
export const fakeLog = (): FakeLog => {
  const contents: Contents = {
    all: [],
    streams: new Map(),
    recent: new Map(),
    listeners: new Set(),
  }
  for (let count = 0; count < 3; count += 1) put(contents, '$settings-fake', systemEvent)
  return {
    append: (stream, wanted, events) => append(contents, { stream, wanted }, events),
    all: () => contents.all,
    visible: (stream) => visible(contents, stream),
    deleteStream: (stream, kind) => deleteStream(contents, stream, kind),
    listen: (wake) => {
      contents.listeners.add(wake)
      return () => {
        contents.listeners.delete(wake)
      }
    },
    restarted: () => contents.recent.clear(),
    rollBack: (count) => {
      const kept = contents.all.slice(0, count)
      contents.all = []
      contents.streams = new Map()
      for (const event of kept) put(contents, event.stream, event)
    },
  }
}

const visible = ({ streams }: Contents, stream: string): ReturnType<typeof visibleOf> =>
  visibleOf(streams.get(stream) ?? [], truncationOf(streams.get(`$$${stream}`)))

type Place = { readonly stream: string; readonly wanted: WantedRevision }

const append = (
  contents: Contents,
  { stream, wanted }: Place,
  events: ReadonlyArray<ProposedEvent>,
): LogAnswer => {
  if (stream === '') return { _tag: 'NoName' }
  if (visible(contents, stream) === 'tombstoned') return { _tag: 'StreamDeleted' }
  const bytes = events.reduce((sum, { data }) => sum + data.length, 0)
  if (bytes > appendBytesMax) return { _tag: 'TooLarge' }
  const stored = contents.streams.get(stream) ?? []
  const current = stored.at(-1)?.revision ?? null
  const isGone = visible(contents, stream) === null
  if (!fits({ wanted, current, isGone })) {
    const first = typeof wanted === 'bigint' ? Number(wanted) + 1 : 0
    const there = events.map(({ id }, at) => foundWith(id, stored[first + at]))
    return answerOf(there) ?? { _tag: 'WrongExpectedVersion', current: isGone ? null : current }
  }
  const recent =
    wanted === 'any' || wanted === 'stream_exists'
      ? answerOf(events.map(({ id }) => contents.recent.get(`${stream}\n${id}`)))
      : undefined
  return recent ?? store(contents, stream, events)
}

const foundWith = (id: string, event: LoggedEvent | undefined): LoggedEvent | undefined =>
  event?.id === id ? event : undefined

type Fit = {
  readonly wanted: WantedRevision
  readonly current: bigint | null
  /** Nothing of the stream can be read: it is not there, or was deleted softly. */
  readonly isGone: boolean
}

const fits = ({ wanted, current, isGone }: Fit): boolean => {
  if (wanted === 'any') return true
  if (wanted === 'no_stream') return isGone
  if (wanted === 'stream_exists') return !isGone
  return wanted === current
}

/** The answer that events got when they were appended; undefined: some were not. */
const answerOf = (found: ReadonlyArray<LoggedEvent | undefined>): LogAnswer | undefined => {
  const last = found.at(-1)
  return last !== undefined && !found.includes(undefined)
    ? { _tag: 'Appended', revision: last.revision, position: last.position }
    : undefined
}

const systemEventEvery = 10

const store = (
  contents: Contents,
  stream: string,
  events: ReadonlyArray<ProposedEvent>,
): LogAnswer => {
  const isRevived = visible(contents, stream) === null
  const before = contents.streams.get(stream)?.at(-1)
  let last: LoggedEvent | undefined
  for (const event of events) {
    last = put(contents, stream, event)
    contents.recent.set(`${stream}\n${event.id}`, last)
  }
  if (isRevived && before !== undefined) {
    put(contents, `$$${stream}`, truncatingBefore(before.revision + 1n))
  }
  if (contents.all.length % systemEventEvery === 0) put(contents, '$stats-fake', systemEvent)
  setImmediate(() => contents.listeners.forEach((wake) => wake()))
  return last === undefined
    ? { _tag: 'Appended', revision: 0n, position: null }
    : { _tag: 'Appended', revision: last.revision, position: last.position }
}

const deleteStream = (
  contents: Contents,
  stream: string,
  kind: 'softly' | 'for good',
): LogAnswer => {
  if (visible(contents, stream) === 'tombstoned') return { _tag: 'StreamDeleted' }
  const { revision, position } =
    kind === 'softly'
      ? put(contents, `$$${stream}`, truncatingBefore(tombstoneRevision))
      : put(contents, stream, { ...systemEvent, type: '$streamDeleted' })
  return { _tag: 'Appended', revision, position }
}

/** Ticks of 100 ns in a millisecond. */
const ticksPerMs = 10_000n

const put = (contents: Contents, stream: string, event: ProposedEvent): LoggedEvent => {
  const stored = contents.streams.get(stream) ?? []
  const previous = contents.all.at(-1)
  const logged = {
    ...event,
    stream,
    revision:
      event.type === '$streamDeleted' ? tombstoneRevision : (stored.at(-1)?.revision ?? -1n) + 1n,
    position: previous === undefined ? 0n : previous.position + sizeOf(previous),
    created: BigInt(Date.now()) * ticksPerMs,
  }
  stored.push(logged)
  contents.streams.set(stream, stored)
  contents.all.push(logged)
  return logged
}

const sizeOf = ({ data, metadata, type }: LoggedEvent): bigint =>
  BigInt(80 + data.length + metadata.length + type.length)
