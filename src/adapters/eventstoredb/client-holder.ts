import { readFileSync } from 'node:fs'
import type { EventStoreDBClient } from '@eventstore/db-client'
import { loadClientPackage, type ClientPackage } from './client-package'
import type { Connection } from './connection'
import { within } from './own-timer'

/** One client at a time, for as long as it is good. */
export type ClientHolder = {
  readonly current: () => Promise<EventStoreDBClient>
  /**
   * Takes another client from now on, unless that has been done: one whose first question failed
   * fails for ever, and one that a server leaves without an answer keeps its connection.
   */
  readonly replace: (failed: EventStoreDBClient) => void
  /** Ends whatever still runs; else the process would not exit. */
  readonly close: () => Promise<void>
}

/** Clients for a connection; the first is made when it is first asked for. */
export const clientHolder = (connection: Connection): ClientHolder => {
  let loaded: ClientPackage | undefined
  let client: Promise<EventStoreDBClient> | undefined
  let good: EventStoreDBClient | undefined
  const make = (): EventStoreDBClient => {
    loaded ??= loadClientPackage()
    good = clientOf(loaded, connection)
    return good
  }
  return {
    current: () => (client ??= Promise.resolve().then(make)),
    replace: (failed) => {
      if (failed !== good) return
      good = undefined
      // One after the other: an end of the old one would be taken for an end of the new one's appends.
      client = disposed(failed).then(make)
    },
    close: async () => {
      const last = client
      client = Promise.reject(new Error('the store is closed'))
      client.catch(() => undefined)
      const made = await last?.catch(() => undefined)
      if (made !== undefined) await disposed(made)
    },
  }
}

const disposeMs = 1000

/** Disposal cancels what runs at once, then waits for its end, which does not always come. */
const disposed = async (client: EventStoreDBClient): Promise<void> => {
  await within(disposeMs, client.dispose()).catch(() => undefined)
}

const clientOf = (
  { EventStoreDBClient: Client }: ClientPackage,
  { discover, endpoints, user, tls, caFile, settings }: Connection,
): EventStoreDBClient => {
  const credentials = {
    insecure: !tls,
    ...(caFile === null ? {} : { rootCertificate: readFileSync(caFile) }),
  }
  const as = user ?? undefined
  const [endpoint] = endpoints
  if (discover) return new Client({ ...settings, discover: endpoint }, credentials, as)
  return endpoints.length > 1
    ? new Client({ ...settings, endpoints: [...endpoints] }, credentials, as)
    : new Client({ ...settings, endpoint }, credentials, as)
}
