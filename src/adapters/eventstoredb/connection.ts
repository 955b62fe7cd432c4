/** A node's address. */
export type Endpoint = { readonly address: string; readonly port: number }

/** A connection string that was understood to the last word. */
export type Connection = {
  /** As it was given, password included. */
  readonly text: string
  /** For messages: without the password. */
  readonly shown: string
  /** `discover`: the first endpoint is a name that stands for the nodes of a cluster. */
  readonly discover: boolean
  readonly endpoints: readonly [Endpoint, ...ReadonlyArray<Endpoint>]
  readonly user: { readonly username: string; readonly password: string } | null
  readonly tls: boolean
  /** The file with the certificate that signed the nodes' own; null: as the system trusts. */
  readonly caFile: string | null
  readonly settings: ConnectionSettings
}

/** What else may be set, by the names that the client has for it; times in milliseconds. */
export type ConnectionSettings = {
  readonly connectionName?: string
  readonly maxDiscoverAttempts?: number
  readonly discoveryInterval?: number
  /** In seconds. */
  readonly gossipTimeout?: number
  readonly keepAliveInterval?: number
  readonly keepAliveTimeout?: number
}

/** A connection string that is not used: what is wrong with it, and what to write instead. */
export type BadConnection = {
  readonly _tag: 'BadConnection'
  readonly why: string
  readonly next: string
}
