import { describeUnless } from './real-dialers'

/** Real servers that suites can be run against, by the variable that holds a connection string. */
export type LiveServer = { readonly name: string; readonly variable: string }

/** One node, a cluster of three, and one node with TLS and users. */
const liveServers: ReadonlyArray<LiveServer> = [
  { name: 'one node', variable: 'EVENTSTORE_URL' },
  { name: 'a cluster', variable: 'EVENTSTORE_CLUSTER_URL' },
  { name: 'TLS and users', variable: 'EVENTSTORE_TLS_URL' },
]

/** Runs a suite against each real server that there is; says of the others that it was skipped. */
export const describeLive = (
  title: string,
  suite: (server: { readonly name: string; readonly url: string }) => void,
): void => {
  for (const { name, variable } of liveServers) {
    const url = process.env[variable] ?? ''
    const obstacle = url === '' ? `${variable} is not set` : null
    describeUnless(obstacle, `${title}, EventStoreDB: ${name}`, () => suite({ name, url }))
  }
}
