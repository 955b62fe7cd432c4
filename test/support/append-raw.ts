import { credentials } from '@grpc/grpc-js'
import { Empty, StreamIdentifier, UUID } from '@eventstore/db-client/generated/shared_pb'
import { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb'
import { AppendReq } from '@eventstore/db-client/generated/streams_pb'
import { randomUUID } from 'node:crypto'

type RawEvent = { readonly data: string; readonly metadata: string }

/**
 * Appends bytes as JSON that may be none, as no client would: for insecure servers alone. The first
 * node that takes it has it; another suite may have killed one.
 */
export const appendRaw = async (url: string, stream: string, event: RawEvent): Promise<void> => {
  const [, hosts = ''] = /^esdb:\/\/([^/?]+)/u.exec(url) ?? []
  const failures: unknown[] = []
  for (const host of hosts.split(',')) {
    try {
      await appendTo(host, stream, event)
      return
    } catch (failure) {
      failures.push(failure)
    }
  }
  throw new AggregateError(failures, `no node of ${hosts} took it`)
}

const appendTo = async (
  host: string,
  stream: string,
  { data, metadata }: RawEvent,
): Promise<void> => {
  const client = new StreamsClient(host, credentials.createInsecure())
  try {
    await new Promise<void>((resolve, reject) => {
      const call = client.append((error) => (error === null ? resolve() : reject(error)))
      const identifier = new StreamIdentifier().setStreamName(
        Buffer.from(stream).toString('base64'),
      )
      const options = new AppendReq.Options().setStreamIdentifier(identifier).setAny(new Empty())
      call.write(new AppendReq().setOptions(options))
      const message = new AppendReq.ProposedMessage()
        .setId(new UUID().setString(randomUUID()))
        .setData(Buffer.from(data).toString('base64'))
        .setCustomMetadata(Buffer.from(metadata).toString('base64'))
      message.getMetadataMap().set('type', 'Broken').set('content-type', 'application/json')
      call.write(new AppendReq().setProposedMessage(message))
      call.end()
    })
  } finally {
    client.close()
  }
}
