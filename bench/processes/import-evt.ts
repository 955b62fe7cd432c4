import { sqliteEvidenceSpool } from '../../src/adapters/sqlite/evidence-spool'
import { importFiles } from '../../src/application/import-files'
import { assumedZone } from '../../src/import/log-zone'
import { createLedger, openLedger } from '../../src/open-ledger'
import { valueOf } from '../value-of'

/** Imports a log into a new ledger and says its events, the milliseconds, and its peak memory. */
const importEvt = async (path: string, ledgerPath: string): Promise<void> => {
  await createLedger(ledgerPath)
  const ledger = valueOf(await openLedger(ledgerPath, { readOnly: false }))
  const found = { format: null, encoding: null, dateOrder: null, zone: assumedZone }
  const options = { ...found, link: null, source: null, isDryRun: false }
  const progress = { onStart: () => undefined, onRead: () => undefined }
  const startedAt = performance.now()
  const run = await importFiles(
    { ...ledger.parts, openSpool: sqliteEvidenceSpool },
    { paths: [path], options, progress },
  )
  const ms = performance.now() - startedAt
  const events = run.logs.reduce((sum, log) => sum + log.events, 0)
  await ledger.close()
  process.stdout.write(JSON.stringify({ events, ms, kb: process.resourceUsage().maxRSS }))
}

void importEvt(process.argv[2] ?? '', process.argv[3] ?? '')
