import * as E from 'fp-ts/Either'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { auditAll, type AuditOptions } from '../../../projections/findings/audit-all'
import { memoryEvidenceSpool } from '../../../src/adapters/memory/memory-evidence-spool'
import { memoryEventStore } from '../../../src/adapters/memory/memory-event-store'
import { auditLedger } from '../../../src/application/audit'
import type { AuditFinding, AuditReport } from '../../../src/application/audit-report'
import { importFiles } from '../../../src/application/import-files'
import { assumedZone } from '../../../src/import/log-zone'
import { aReading } from '../../support/event-builders'
import { evtFixtures } from '../../support/evt-fixtures'

const folder = join(__dirname, '..', '..', 'fixtures', 'audit')

type Verdicts = {
  readonly files: ReadonlyArray<string>
  readonly options: Partial<AuditOptions>
  readonly totals: AuditReport['totals']
  readonly findings: ReadonlyArray<Partial<AuditFinding>>
}

const suffix = '.verdicts.json'
const fixtures = readdirSync(folder).flatMap((name) =>
  name.endsWith(suffix) ? [name.slice(0, -suffix.length)] : [],
)

const verdictsOf = (name: string): Verdicts =>
  JSON.parse(readFileSync(join(folder, `${name}${suffix}`), 'utf8'))

const audited = async (
  files: ReadonlyArray<string>,
  options: Partial<AuditOptions>,
): Promise<AuditReport> => {
  const store = memoryEventStore()
  const clock = { read: () => aReading({ wall: '2026-01-01T00:00:00.000Z' }) }
  const sleepMs = async () => undefined
  const openSpool = memoryEvidenceSpool
  const parts = { store, clock, host: 'scratch', actor: 'test', sleepMs, openSpool }
  await importFiles(parts, {
    paths: files.map((file) => join(folder, file)),
    options: {
      format: null,
      dateOrder: null,
      zone: assumedZone,
      encoding: null,
      link: null,
      source: null,
      isDryRun: false,
    },
    progress: { onStart: () => undefined, onRead: () => undefined },
  })
  const report = await auditLedger(store, { ...auditAll, ...options, asOf: 'now' })
  if (E.isLeft(report)) throw new Error(report.left.why)
  return report.right
}

describe('the log fixtures', () => {
  it.each(fixtures)('%s has exactly the verdicts written down beside it', async (name) => {
    const { files, options, totals, findings } = verdictsOf(name)
    const report = await audited(files, options)
    expect(report.totals).toEqual(totals)
    expect(report.findings).toHaveLength(findings.length)
    expect(report.findings).toMatchObject(findings)
  })

  it.each(Object.entries(evtFixtures()))('hold %s as it is made', (name, bytes) => {
    expect(readFileSync(join(folder, name)).equals(bytes)).toBe(true)
  })

  it('A6: give the same report in any order of import, and imported twice', async () => {
    const files = ['a6-export-one.txt', 'a6-export-two.txt', 'a6-export-two.csv']
    const once = await audited(files, {})
    const places = ({ findings }: AuditReport) =>
      findings.map((finding) => ({
        ...finding,
        evidence: finding.evidence.map((one) => one.id),
      }))
    const backwards = await audited([...files.toReversed(), ...files], {})
    expect(places(backwards)).toEqual(places(once))
    expect(backwards.links).toEqual(once.links)
  })
})
