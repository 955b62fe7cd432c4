import { status, type handleClientStreamingCall } from '@grpc/grpc-js'
import { Empty } from '@eventstore/db-client/generated/shared_pb'
import { AppendResp, type AppendReq } from '@eventstore/db-client/generated/streams_pb'
import { appendBytesMax, type WantedRevision } from './fake-log'
import type { ProposedEvent } from './logged-event'
import type { FakeNode } from './node'
import { playAppend, type Played } from './play-append'
import { exceptional, refusalOf, type Refusal } from './refusal'
import { proposedOf, streamNameOf } from './wire-events'

/** The call that carries one append. */
export const appendCall =
  (node: FakeNode): handleClientStreamingCall<AppendReq, AppendResp> =>
  (call, answer) => {
    const events: ProposedEvent[] = []
    let options: AppendReq.Options | undefined
    call.on('data', (message: AppendReq) => {
      options = message.getOptions() ?? options
      const proposed = message.getProposedMessage()
      if (proposed !== undefined) events.push(proposedOf(proposed))
    })
    call.on('error', () => undefined)
    call.on('end', () => {
      void node.thawed().then((isAlive) => {
        if (!isAlive || options === undefined) return
        const refusal = refusalOf(node, call.metadata)
        if (refusal !== undefined) {
          answer(refusal)
          return
        }
        const stream = streamNameOf(options.getStreamIdentifier())
        const played = playAppend(node, { stream, wanted: wantedOf(options), events })
        const reply = replyOf(stream, played)
        if (reply instanceof AppendResp) answer(null, reply)
        else answer(reply)
      })
    })
  }

const wantedOf = (options: AppendReq.Options): WantedRevision => {
  if (options.hasNoStream()) return 'no_stream'
  if (options.hasStreamExists()) return 'stream_exists'
  return options.hasRevision() ? BigInt(options.getRevision()) : 'any'
}

const replyOf = (stream: string, played: Played): AppendResp | Refusal => {
  switch (played._tag) {
    case 'Appended':
      return new AppendResp().setSuccess(successOf(played))
    case 'WrongExpectedVersion': {
      const wrong = new AppendResp.WrongExpectedVersion()
      return new AppendResp().setWrongExpectedVersion(
        played.current === null
          ? wrong.setCurrentNoStream(new Empty())
          : wrong.setCurrentRevision(played.current.toString()),
      )
    }
    case 'StreamDeleted':
      return exceptional(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
        exception: 'stream-deleted',
        'stream-name': stream,
      })
    case 'TooLarge':
      return exceptional(status.INVALID_ARGUMENT, 'Maximum Append Size Exceeded', {
        exception: 'maximum-append-size-exceeded',
        'maximum-append-size': appendBytesMax.toString(),
      })
    case 'NoName':
      return { code: status.INVALID_ARGUMENT, details: 'no stream name' }
    case 'Timeout':
      return { code: status.ABORTED, details: 'Operation timed out' }
    case 'NotReady':
      return { code: status.UNAVAILABLE, details: 'Server Is Not Ready' }
    case 'Lost':
      return { code: status.INTERNAL, details: 'Received RST_STREAM with code 2' }
  }
}

const successOf = ({ revision, position }: Extract<Played, { _tag: 'Appended' }>) => {
  const success = new AppendResp.Success().setCurrentRevision(revision.toString())
  return position === null
    ? success.setNoPosition(new Empty())
    : success.setPosition(
        new AppendResp.Position()
          .setCommitPosition(position.toString())
          .setPreparePosition(position.toString()),
      )
}
