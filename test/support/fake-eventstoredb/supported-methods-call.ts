import { status, type handleUnaryCall } from '@grpc/grpc-js'
import {
  SupportedMethod,
  SupportedMethods,
} from '@eventstore/db-client/generated/serverfeatures_pb'
import type { Empty } from '@eventstore/db-client/generated/shared_pb'
import type { FakeNode } from './node'

/** The call that clients begin with: which methods the server has, and its version. */
export const supportedMethodsCall =
  ({ faults, seen }: FakeNode): handleUnaryCall<Empty, SupportedMethods> =>
  (_call, answer) => {
    seen.capabilityCalls += 1
    if (faults.capabilities === 'failing') {
      answer({ code: status.INTERNAL, details: 'the capabilities cannot be told' })
      return
    }
    const batchAppend = new SupportedMethod()
      .setServiceName('event_store.client.streams.streams')
      .setMethodName('batchappend')
    answer(
      null,
      new SupportedMethods().setEventStoreServerVersion('23.10.6').setMethodsList([batchAppend]),
    )
  }
