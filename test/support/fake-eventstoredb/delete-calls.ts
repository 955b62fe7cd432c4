import type { handleUnaryCall } from '@grpc/grpc-js'
import {
  DeleteResp,
  TombstoneResp,
  type DeleteReq,
  type TombstoneReq,
} from '@eventstore/db-client/generated/streams_pb'
import type { FakeNode } from './node'
import { streamNameOf } from './wire-events'

/** The call that deletes a stream softly: it can be begun again, further on. */
export const deleteCall =
  ({ log }: FakeNode): handleUnaryCall<DeleteReq, DeleteResp> =>
  (call, answer) => {
    const stream = streamNameOf(call.request.getOptions()?.getStreamIdentifier())
    log.deleteStream(stream, 'softly')
    answer(null, new DeleteResp())
  }

/** The call that ends a stream for good. */
export const tombstoneCall =
  ({ log }: FakeNode): handleUnaryCall<TombstoneReq, TombstoneResp> =>
  (call, answer) => {
    const stream = streamNameOf(call.request.getOptions()?.getStreamIdentifier())
    log.deleteStream(stream, 'for good')
    answer(null, new TombstoneResp())
  }
