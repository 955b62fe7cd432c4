import type { ServerWritableStream } from '@grpc/grpc-js'
import { status } from '@grpc/grpc-js'
import { ReadResp, type ReadReq } from '@eventstore/db-client/generated/streams_pb'
import { drained } from './drained'
import type { LoggedEvent } from './logged-event'
import type { FakeNode } from './node'
import { eventAnswer, streamNameOf } from './wire-events'

type Call = ServerWritableStream<ReadReq, ReadResp>

type Wants = (event: LoggedEvent) => boolean

/** How far one subscription has come, in the log's array. */
type Cursor = {
  next: number
  considered: number
  saidCaughtUp: boolean
  told: number
}

/** Tells what matches, says when that is all, then tells what is appended until it is cancelled. */
export const subscribe = async (
  node: FakeNode,
  call: Call,
  options: ReadReq.Options,
): Promise<void> => {
  const next = startOf(node, options)
  if (next === undefined) {
    call.emit('error', { code: status.UNKNOWN, details: 'Exception was thrown by handler.' })
    return
  }
  const cursor: Cursor = { next, considered: 0, saidCaughtUp: false, told: 0 }
  const confirmation = new ReadResp.SubscriptionConfirmation().setSubscriptionId('fake')
  call.write(new ReadResp().setConfirmation(confirmation))
  let wake = (): void => undefined
  const unlisten = node.log.listen(() => wake())
  call.once('cancelled', () => wake())
  while (isOpen(call)) {
    const more = new Promise<void>((resolve) => (wake = resolve))
    if (!(await node.thawed())) break
    await tellAll(node, call, { options, cursor })
    sayCaughtUp(node, call, { options, cursor })
    if (cursor.next >= node.log.all().length && isOpen(call)) await more
  }
  unlisten()
}

const isOpen = (call: Call): boolean => !call.cancelled && call.writable

/** Where to begin, after the place that was named; undefined: that is no place. */
const startOf = ({ log }: FakeNode, options: ReadReq.Options): number | undefined => {
  const all = log.all()
  const [stream, asked] = [options.getStream(), options.getAll()]
  if (stream?.hasEnd() === true || asked?.hasEnd() === true) return all.length
  const position = asked?.getPosition()
  if (position === undefined) return 0
  const commit = BigInt(position.getCommitPosition())
  if (commit > (all.at(-1)?.position ?? -1n)) return all.length
  const at = indexOf(all, commit)
  return at === undefined ? undefined : at + 1
}

/** Positions ascend, so that halving finds one of a million. */
const indexOf = (all: ReadonlyArray<LoggedEvent>, position: bigint): number | undefined => {
  let [low, high] = [0, all.length - 1]
  while (low <= high) {
    const middle = Math.floor((low + high) / 2)
    const found = all[middle]?.position ?? 0n
    if (found === position) return middle
    if (found < position) low = middle + 1
    else high = middle - 1
  }
  return undefined
}

type Told = { readonly options: ReadReq.Options; readonly cursor: Cursor }

const tellAll = async (node: FakeNode, call: Call, { options, cursor }: Told): Promise<void> => {
  const wants = wantsOf(options)
  const window = windowOf(options)
  for (; !call.cancelled; cursor.next += 1) {
    const event = node.log.all()[cursor.next]
    if (event === undefined || (node.faults.frozen && !(await node.thawed()))) return
    if (wants(event)) {
      cursor.told += 1
      if (!call.write(eventAnswer(event))) await drained(call)
    }
    cursor.considered += 1
    if (window !== null && cursor.considered % window === 0) call.write(checkpointAt(event))
  }
}

/** Of a stream that is not there it is said only once its first event was told. */
const sayCaughtUp = ({ log }: FakeNode, call: Call, { options, cursor }: Told): void => {
  const stream = options.getStream()
  const isMissing =
    stream !== undefined && log.visible(streamNameOf(stream.getStreamIdentifier())) === null
  if (cursor.saidCaughtUp || isMissing) return
  cursor.saidCaughtUp = true
  call.write(new ReadResp().setCaughtUp(new ReadResp.CaughtUp()))
}

const windowOf = (options: ReadReq.Options): number | null => {
  const filter = options.getFilter()
  if (filter === undefined) return null
  const window = filter.hasMax() ? filter.getMax() : usualWindow
  return window * Math.max(1, filter.getCheckpointintervalmultiplier())
}

const usualWindow = 32

const checkpointAt = ({ position }: LoggedEvent): ReadResp =>
  new ReadResp().setCheckpoint(
    new ReadResp.Checkpoint()
      .setCommitPosition(position.toString())
      .setPreparePosition(position.toString()),
  )

const wantsOf = (options: ReadReq.Options): Wants => {
  const stream = options.getStream()
  if (stream !== undefined) return wantsStream(stream)
  const filter = options.getFilter()
  const byStream = filter?.getStreamIdentifier()
  const expression = byStream ?? filter?.getEventType()
  if (expression === undefined) return () => true
  const subjectOf = (event: LoggedEvent) => (byStream === undefined ? event.type : event.stream)
  const regex = expression.getRegex()
  if (regex !== '') return (event) => new RegExp(regex, 'u').test(subjectOf(event))
  const prefixes = expression.getPrefixList()
  return (event) => prefixes.some((prefix) => subjectOf(event).startsWith(prefix))
}

const wantsStream = (options: ReadReq.Options.StreamOptions): Wants => {
  const stream = streamNameOf(options.getStreamIdentifier())
  const after = options.hasRevision() ? BigInt(options.getRevision()) : -1n
  return (event) => event.stream === stream && event.revision > after
}
