import { UUID, type StreamIdentifier } from '@eventstore/db-client/generated/shared_pb'
import { StreamIdentifier as Identifier } from '@eventstore/db-client/generated/shared_pb'
import {
  ReadResp,
  type AppendReq,
  type BatchAppendReq,
} from '@eventstore/db-client/generated/streams_pb'
import type { LoggedEvent, ProposedEvent } from './logged-event'

/** The name that an identifier carries. */
export const streamNameOf = (identifier: StreamIdentifier | undefined): string =>
  Buffer.from(identifier?.getStreamName_asU8() ?? []).toString('utf8')

/** A stream's name as it is sent. */
const identifierOf = (stream: string): StreamIdentifier =>
  new Identifier().setStreamName(Uint8Array.from(Buffer.from(stream, 'utf8')))

/** What a client proposes, in either kind of append. */
export const proposedOf = (
  message: AppendReq.ProposedMessage | BatchAppendReq.ProposedMessage,
): ProposedEvent => ({
  id: message.getId()?.getString() ?? '',
  type: message.getMetadataMap().get('type') ?? '',
  contentType: message.getMetadataMap().get('content-type') ?? '',
  data: message.getData_asU8(),
  metadata: message.getCustomMetadata_asU8(),
})

/** A stored event as an answer to a read. */
export const eventAnswer = (event: LoggedEvent): ReadResp => {
  const position = event.position.toString()
  const recorded = new ReadResp.ReadEvent.RecordedEvent()
    .setId(new UUID().setString(event.id))
    .setStreamIdentifier(identifierOf(event.stream))
    .setStreamRevision(event.revision.toString())
    .setCommitPosition(position)
    .setPreparePosition(position)
    .setData(event.data)
    .setCustomMetadata(event.metadata)
  recorded
    .getMetadataMap()
    .set('type', event.type)
    .set('content-type', event.contentType)
    .set('created', event.created.toString())
  return new ReadResp().setEvent(
    new ReadResp.ReadEvent().setEvent(recorded).setCommitPosition(position),
  )
}
