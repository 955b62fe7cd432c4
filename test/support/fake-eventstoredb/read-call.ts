import { status, type ServerWritableStream } from '@grpc/grpc-js'
import { ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb'
import { drained } from './drained'
import type { LoggedEvent } from './logged-event'
import type { FakeNode } from './node'
import { exceptional, refusalOf, type Refusal } from './refusal'
import { subscribe } from './subscribe'
import { eventAnswer, streamNameOf } from './wire-events'

type Call = ServerWritableStream<ReadReq, ReadResp>

/** The call that carries reads and subscriptions. */
export const readCall = (node: FakeNode) => (call: Call) => {
  node.seen.reads += 1
  node.seen.openReads.add(call)
  const close = (): void => {
    node.seen.openReads.delete(call)
  }
  call.on('cancelled', close)
  call.on('error', close)
  call.on('finish', close)
  void node.thawed().then(async (isAlive) => {
    const options = call.request.getOptions()
    if (!isAlive || options === undefined || call.cancelled) return
    const refusal = refusalOf(node, call.metadata)
    if (refusal !== undefined) {
      call.emit('error', refusal)
      return
    }
    if (options.hasSubscription()) await subscribe(node, call, options)
    else await read(node, call, options)
  })
}

const read = async (node: FakeNode, call: Call, options: ReadReq.Options): Promise<void> => {
  const found = options.hasAll() ? fromAll(node, options) : fromStream(node, options)
  if ('code' in found) {
    call.emit('error', found)
    return
  }
  if (found.events === null) {
    const identifier = options.getStream()?.getStreamIdentifier()
    const notFound = new ReadResp.StreamNotFound().setStreamIdentifier(identifier)
    call.write(new ReadResp().setStreamNotFound(notFound))
  } else {
    const count = Number(options.getCount())
    for (const event of found.events.slice(0, count)) {
      if (call.cancelled || !(await node.thawed())) return
      if (!call.write(eventAnswer(event))) await drained(call)
    }
  }
  call.end()
}

type Found = Refusal | { readonly events: ReadonlyArray<LoggedEvent> | null }

const isBackwards = (options: ReadReq.Options): boolean =>
  options.getReadDirection() === ReadReq.Options.ReadDirection.BACKWARDS

const nothingAsked: Refusal = { code: status.UNKNOWN, details: 'Exception was thrown by handler.' }

const fromStream = ({ log }: FakeNode, options: ReadReq.Options): Found => {
  const asked = options.getStream()
  const stream = streamNameOf(asked?.getStreamIdentifier())
  if (options.getCount() === '0') return nothingAsked
  const events = log.visible(stream)
  if (events === 'tombstoned') return deleted(stream)
  if (events === null || asked === undefined) return { events: null }
  const last = events.at(-1)?.revision ?? 0n
  const revision = asked.hasRevision()
    ? BigInt(asked.getRevision())
    : asked.hasEnd()
      ? last
      : (events[0]?.revision ?? 0n)
  return isBackwards(options)
    ? { events: events.filter((event) => event.revision <= revision).reverse() }
    : { events: events.filter((event) => event.revision >= revision) }
}

const deleted = (stream: string): Refusal =>
  exceptional(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
    exception: 'stream-deleted',
    'stream-name': stream,
  })

const fromAll = ({ log }: FakeNode, options: ReadReq.Options): Found => {
  const asked = options.getAll()
  const position = BigInt(asked?.getPosition()?.getCommitPosition() ?? 0)
  if (options.getCount() === '0') return nothingAsked
  if (!isBackwards(options)) {
    return { events: log.all().filter((event) => event.position >= position) }
  }
  return asked?.hasEnd() === true
    ? { events: log.all().slice(-Number(options.getCount())).reverse() }
    : {
        events: log
          .all()
          .filter((event) => event.position < position)
          .reverse(),
      }
}
