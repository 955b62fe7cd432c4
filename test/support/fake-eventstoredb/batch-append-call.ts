import { status, type ServerDuplexStream } from '@grpc/grpc-js'
import { Any } from 'google-protobuf/google/protobuf/any_pb'
import { Empty } from 'google-protobuf/google/protobuf/empty_pb'
import * as shared from '@eventstore/db-client/generated/shared_pb'
import { Status } from '@eventstore/db-client/generated/status_pb'
import { BatchAppendResp, type BatchAppendReq } from '@eventstore/db-client/generated/streams_pb'
import { appendBytesMax, type WantedRevision } from './fake-log'
import type { ProposedEvent } from './logged-event'
import type { FakeNode } from './node'
import { playAppend, type Played } from './play-append'
import { refusalOf } from './refusal'
import { proposedOf, streamNameOf } from './wire-events'

type Call = ServerDuplexStream<BatchAppendReq, BatchAppendResp>

/** An append of which not everything has come yet. */
type Begun = { readonly options: BatchAppendReq.Options; readonly events: ProposedEvent[] }

/** The call that carries all the appends of one client, each told apart by its correlation id. */
export const batchAppendCall = (node: FakeNode) => (call: Call) => {
  const begun = new Map<string, Begun>()
  call.on('error', () => undefined)
  call.on('end', () => call.end())
  call.on('data', (message: BatchAppendReq) => {
    const correlation = message.getCorrelationId()?.getString() ?? ''
    const options = message.getOptions()
    if (options !== undefined) begun.set(correlation, { options, events: [] })
    const append = begun.get(correlation)
    if (append === undefined) return
    append.events.push(...message.getProposedMessagesList().map(proposedOf))
    if (!message.getIsFinal()) return
    begun.delete(correlation)
    void node.thawed().then((isAlive) => {
      if (isAlive) answer(node, call, { message, append })
    })
  })
}

type Whole = { readonly message: BatchAppendReq; readonly append: Begun }

const answer = (node: FakeNode, call: Call, { message, append }: Whole): void => {
  const refusal = refusalOf(node, call.metadata)
  if (refusal !== undefined) {
    call.emit('error', refusal)
    return
  }
  const { options, events } = append
  const stream = streamNameOf(options.getStreamIdentifier())
  const deadline = options.getDeadline()?.toDate().getTime() ?? Infinity
  const played: Played =
    deadline <= Date.now() + node.faults.aheadMs
      ? { _tag: 'Timeout' }
      : playAppend(node, { stream, wanted: wantedOf(options), events })
  if (played._tag === 'Lost') {
    call.emit('error', { code: status.INTERNAL, details: 'Received RST_STREAM with code 2' })
    return
  }
  const reply = new BatchAppendResp()
    .setCorrelationId(message.getCorrelationId())
    .setStreamIdentifier(options.getStreamIdentifier())
  call.write(
    played._tag === 'Appended'
      ? reply.setSuccess(successOf(played))
      : reply.setError(errorOf(played, options)),
  )
}

const wantedOf = (options: BatchAppendReq.Options): WantedRevision => {
  if (options.hasNoStream()) return 'no_stream'
  if (options.hasStreamExists()) return 'stream_exists'
  return options.hasStreamPosition() ? BigInt(options.getStreamPosition()) : 'any'
}

const successOf = ({ revision, position }: Extract<Played, { _tag: 'Appended' }>) => {
  const success = new BatchAppendResp.Success().setCurrentRevision(revision.toString())
  return position === null
    ? success.setNoPosition(new Empty())
    : success.setPosition(
        new shared.AllStreamPosition()
          .setCommitPosition(position.toString())
          .setPreparePosition(position.toString()),
      )
}

type Failed = Exclude<Played, { _tag: 'Appended' | 'Lost' }>

const errorOf = (played: Failed, options: BatchAppendReq.Options): Status => {
  switch (played._tag) {
    case 'WrongExpectedVersion':
      return packed('WrongExpectedVersion', wrongVersion(played.current, options))
    case 'StreamDeleted':
      return packed('StreamDeleted', new shared.StreamDeleted())
    case 'TooLarge':
      return packed(
        'MaximumAppendSizeExceeded',
        new shared.MaximumAppendSizeExceeded().setMaxappendsize(appendBytesMax),
      )
    case 'Timeout':
      return packed('Timeout', new shared.Timeout())
    case 'NoName':
      return packed('BadRequest', new shared.BadRequest().setMessage('no stream name'))
    case 'NotReady':
      return packed('BadRequest', new shared.BadRequest().setMessage('Server Is Not Ready'))
  }
}

const packed = (name: string, message: { readonly serializeBinary: () => Uint8Array }): Status => {
  const details = new Any()
  details.pack(message.serializeBinary(), `event_store.client.${name}`)
  return new Status().setMessage(name).setDetails(details)
}

const wrongVersion = (current: bigint | null, options: BatchAppendReq.Options) => {
  const wrong = new shared.WrongExpectedVersion()
  if (current === null) wrong.setCurrentNoStream(new Empty())
  else wrong.setCurrentStreamRevision(current.toString())
  if (options.hasStreamPosition())
    return wrong.setExpectedStreamPosition(options.getStreamPosition())
  return options.hasNoStream()
    ? wrong.setExpectedNoStream(new Empty())
    : wrong.setExpectedStreamExists(new Empty())
}
