import { Server, ServerCredentials } from '@grpc/grpc-js'
import { ServerFeaturesService } from '@eventstore/db-client/generated/serverfeatures_grpc_pb'
import { StreamsService } from '@eventstore/db-client/generated/streams_grpc_pb'
import { GossipService } from '@eventstore/db-client/generated/gossip_grpc_pb'
import { appendCall } from './append-call'
import { batchAppendCall } from './batch-append-call'
import { deleteCall, tombstoneCall } from './delete-calls'
import { fakeLog, type FakeLog } from './fake-log'
import { noFaults, type Faults } from './faults'
import { gossipCall, type Member } from './gossip-call'
import type { FakeNode, Seen } from './node'
import { readCall } from './read-call'
import { supportedMethodsCall } from './supported-methods-call'

/**
 * An EventStoreDB node inside this process, for the unmodified client: append (both kinds), read,
 * subscribe, delete, gossip and what methods there are, held to a real server by one table of cases.
 *
 * Its limits: nothing is ever scavenged, `$maxAge` and access lists mean nothing, there are no
 * transactions, projections, link events or persistent subscriptions; every node of a cluster shares
 * one log, so that a new leader has everything at once; a frozen node still answers pings; a lost
 * answer is an error of that one call, where a real connection would take others with it; and the HTTP/2
 * of Node closes a connection on which a thousand calls were cancelled, or reads of streams that are not
 * there, and 33 more in each second.
 */
export type FakeEventStoreDb = {
  readonly port: number
  readonly log: FakeLog
  readonly faults: Faults
  readonly seen: Seen
  /** Resets every connection and answers no more; what was committed is kept. */
  readonly die: () => void
  /** Begins anew on the same port with what was committed. */
  readonly comeBack: () => Promise<void>
  readonly stop: () => void
}

/** How a node is to be. */
export type FakeOptions = {
  readonly log?: FakeLog
  readonly credentials?: ServerCredentials
  /** The nodes of its cluster, as gossip tells them; it is asked at each discovery. */
  readonly members?: () => ReadonlyArray<Member>
}

/** Starts a node on a free port. */
export const startFakeEventStoreDb = async (
  options: FakeOptions = {},
): Promise<FakeEventStoreDb> => {
  const log = options.log ?? fakeLog()
  const faults = noFaults()
  const seen: Seen = { appends: 0, reads: 0, openReads: new Set(), capabilityCalls: 0 }
  const life = { isAlive: true }
  const node = { log, faults, seen, thawed: () => thawed(faults, life) }
  let { server, port } = await listening(node, options, 0)
  const die = (): void => {
    life.isAlive = false
    server.forceShutdown()
    seen.openReads.clear()
  }
  const comeBack = async (): Promise<void> => {
    life.isAlive = true
    log.restarted()
    ;({ server, port } = await listening(node, options, port))
  }
  return { port, log, faults, seen, die, comeBack, stop: die }
}

const frozenPollMs = 5

const thawed = async (faults: Faults, life: { readonly isAlive: boolean }): Promise<boolean> => {
  while (faults.frozen && life.isAlive) {
    await new Promise((resolve) => setTimeout(resolve, frozenPollMs))
  }
  return life.isAlive
}

const listening = async (
  node: FakeNode,
  { credentials = ServerCredentials.createInsecure(), members = () => [] }: FakeOptions,
  wantedPort: number,
): Promise<{ readonly server: Server; readonly port: number }> => {
  const server = new Server({ 'grpc.max_receive_message_length': 17 * 1024 * 1024 })
  server.addService(StreamsService, {
    read: readCall(node),
    append: appendCall(node),
    batchAppend: batchAppendCall(node),
    delete: deleteCall(node),
    tombstone: tombstoneCall(node),
  })
  server.addService(ServerFeaturesService, { getSupportedMethods: supportedMethodsCall(node) })
  server.addService(GossipService, { read: gossipCall(node, members) })
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${wantedPort}`, credentials, (error, bound) => {
      if (error === null) resolve(bound)
      else reject(error)
    })
  })
  return { server, port }
}
