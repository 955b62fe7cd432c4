import { EventStoreDBClient } from '@eventstore/db-client'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseLinkId, streamOfLink, type LinkId } from '../../domain/link-id'
import { retryWindows } from '../../projections/retry-windows'
import { changeLink } from '../../src/application/change-link'
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

const heldAndReleased = async (parts: LedgerParts): Promise<LinkId> => {
  const link = valueOf(parseLinkId(`bench ${randomUUID()}`))
  const commands = [
    { type: 'HoldLink', reason: 'bench' },
    { type: 'ReleaseLink', reason: 'bench', past: null },
  ] as const
  for (const command of commands) {
    const occurred = parts.clock.read()
    const change = { command, occurred, stated: null, source: 'record' } as const
    valueOf(await changeLink(parts, change)(link)())
  }
  valueOf(await parts.fold(retryWindows, streamOfLink(link))())
  return link
}
