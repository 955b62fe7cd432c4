import type { handleUnaryCall } from '@grpc/grpc-js'
import { ClusterInfo, EndPoint, MemberInfo } from '@eventstore/db-client/generated/gossip_pb'
import { UUID, type Empty } from '@eventstore/db-client/generated/shared_pb'
import type { FakeNode } from './node'

/** A node as gossip tells of it. */
export type Member = {
  readonly port: number
  readonly isLeader: boolean
  readonly isAlive: boolean
}

/** The call that tells which nodes there are, and which of them leads. */
export const gossipCall =
  (node: FakeNode, members: () => ReadonlyArray<Member>): handleUnaryCall<Empty, ClusterInfo> =>
  (_call, answer) => {
    void node.thawed().then((isAlive) => {
      if (isAlive) answer(null, new ClusterInfo().setMembersList(members().map(infoOf)))
    })
  }

const infoOf = ({ port, isLeader, isAlive }: Member): MemberInfo =>
  new MemberInfo()
    .setInstanceId(new UUID().setString('00000000-0000-4000-8000-000000000001'))
    .setTimeStamp('0')
    .setState(isLeader ? MemberInfo.VNodeState.LEADER : MemberInfo.VNodeState.FOLLOWER)
    .setIsAlive(isAlive)
    .setHttpEndPoint(new EndPoint().setAddress('127.0.0.1').setPort(port))
