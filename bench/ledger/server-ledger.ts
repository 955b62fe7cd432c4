import { EventStoreDBClient } from '@eventstore/db-client'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseLinkId, streamOfLink, type LinkId } from '../../domain/link-id'
import { retryWindows } from '../../projections/retry-windows'
import { emptyHead } from '../../src/adapters/codec'
import { appendDrafts } from '../../src/application/append-drafts'
import type { Gate } from '../../src/application/gate'
import type { LedgerParts } from '../../src/application/ledger-parts'
import { linkGate } from '../../src/application/link-gate'
import { createLedger, openLedger } from '../../src/open-ledger'
import { startFakeEventStoreDb } from '../../test/support/fake-eventstoredb/fake-eventstoredb'
import { valueOf } from '../value-of'

/** A ledger on a server, and the bare client beside it. */
export type ServerLedger = {
  /** `fake`, or `server` where `EVENTSTORE_URL` names one. */
  readonly kind: 'fake' | 'server'
  readonly parts: LedgerParts
  readonly gate: Gate
  readonly bare: EventStoreDBClient
  /** A link that nobody took before: it has a history, and may be dialed. */
  readonly takeLink: () => Promise<LinkId>
  readonly close: () => Promise<void>
}

/** Opens a ledger on the server of `EVENTSTORE_URL`, else on the fake one in this process. */
export const serverLedger = async (): Promise<ServerLedger> => {
  const given = process.env['EVENTSTORE_URL'] ?? ''
  const fake = given === '' ? await startFakeEventStoreDb() : null
  const url = fake === null ? given : `esdb://127.0.0.1:${fake.port}?tls=false`
  const folder = mkdtempSync(join(tmpdir(), 'open-interval-bench-'))
  process.env['STATE_DIRECTORY'] = folder
  valueOf(await createLedger(url))
  const { parts, liveness, close } = valueOf(await openLedger(url, { readOnly: false }))
  const bare = EventStoreDBClient.connectionString(url)
  return {
    kind: fake === null ? 'server' : 'fake',
    parts,
    gate: linkGate(parts, liveness),
    bare,
    takeLink: () => heldAndReleased(parts),
    close: async () => {
      await close()
      await bare.dispose()
      fake?.stop()
      rmSync(folder, { recursive: true })
    },
  }
}

const history = [
  { type: 'LinkHeld', data: { reason: 'bench' }, idFrom: 'random' },
  { type: 'LinkReleased', data: { reason: 'bench', past: null }, idFrom: 'random' },
] as const

/**
 * In one append, and without a look whether the link is there: the client cancels a read of a stream
 * that is not, and the HTTP/2 of Node takes a thousand such cancellations for an attack.
 */
const heldAndReleased = async (parts: LedgerParts): Promise<LinkId> => {
  const link = valueOf(parseLinkId(`bench ${randomUUID()}`))
  const stream = streamOfLink(link)
  const occurred = parts.clock.read()
  valueOf(
    await appendDrafts(parts, {
      drafts: [...history],
      ...{ occurred, head: emptyHead(stream), source: 'record', stated: null },
    }),
  )
  valueOf(await parts.fold(retryWindows, stream)())
  return link
}
