import { isRight } from 'fp-ts/Either'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findEvtBounds } from '../../../src/import/evt-bounds'
import type { EvtRecord } from '../../../src/import/evt-record'
import { logFile } from '../../../src/import/log-file'
import { readEvt } from '../../../src/import/read-evt'
import { wrappedEvt } from '../../support/evt-file'
import { evtFixtures } from '../../support/evt-fixtures'
import { failedDial } from '../../support/mta-log'

const samples = join(__dirname, '../../../../shared/samples')
const names = ['moex01_Application.evt', 'moex01_System.evt', 'plaso_SysEvent.Evt']
const hasSamples = existsSync(join(samples, 'evt'))
const hasExport = spawnSync('evtexport', ['-V']).status === 0

const skipped = (why: string): void => {
  process.stderr.write(`read-evt-samples: skipped: ${why}\n`)
}

const recordsOf = async (path: string): Promise<ReadonlyArray<EvtRecord>> => {
  const bytes = logFile(path, () => undefined)
  const bounds = await findEvtBounds({ bytes, size: statSync(path).size })
  const records: EvtRecord[] = []
  await readEvt({ bytes, bounds }, (record) => {
    if (!isRight(record)) throw new Error(record.left.message)
    const { sid, data } = record.right
    records.push({ ...record.right, sid: Uint8Array.from(sid), data: Uint8Array.from(data) })
  })
  return records
}

/** A security identifier as Windows writes it; null: no bytes. */
const sidText = (bytes: Uint8Array): string | null => {
  if (bytes.length === 0) return null
  const sid = Buffer.from(bytes)
  const parts = Array.from({ length: sid.readUInt8(1) }, (_, at) => sid.readUInt32LE(8 + 4 * at))
  return ['S', sid.readUInt8(0), sid.readUIntBE(2, 6), ...parts].join('-')
}

const truthOf = (record: EvtRecord) => ({
  recordNumber: record.recordNumber,
  timeGenerated: record.timeGenerated,
  timeWritten: record.timeWritten,
  eventIdRaw: record.eventIdRaw,
  eventId: record.eventIdRaw & 0xffff,
  severity: record.eventIdRaw >>> 30,
  eventType: record.eventType,
  category: record.category,
  source: record.source,
  computer: record.computer,
  userSid: sidText(record.sid),
  strings: record.strings,
  dataHex: Buffer.from(record.data).toString('hex'),
})

const jsonLines = (path: string): ReadonlyArray<unknown> =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line))

const isLive = ({ isRecovered }: EvtRecord): boolean => !isRecovered

if (!hasSamples) skipped('the shared samples are not here')
;(hasSamples ? describe : describe.skip)('a real binary log', () => {
  it.each(names)('has in %s every field as in the truth beside it', async (name) => {
    const records = await recordsOf(join(samples, 'evt', name))
    const truth = jsonLines(join(samples, 'ref/evt-truth', `${name}.jsonl`))
    expect(records.filter(isLive).map(truthOf)).toEqual(truth)
  })

  it('has its slack records recovered, but for those that it holds itself', async () => {
    const records = await recordsOf(join(samples, 'evt', 'plaso_SysEvent.Evt'))
    const recovered = records.filter((it) => !isLive(it)).map(({ recordNumber }) => recordNumber)
    expect(recovered).toEqual(Array.from({ length: 1392 - 1135 }, (_, index) => 1135 + index))
  })
})

const exported = (path: string, mode: string): string =>
  spawnSync('evtexport', ['-m', mode, path], { encoding: 'utf8', maxBuffer: 1 << 28 }).stdout

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'
const stampOf = (seconds: number): string => {
  const at = new Date(seconds * 1000)
  const day = String(at.getUTCDate()).padStart(2, '0')
  const time = at.toISOString().slice(11, 19)
  return `${months.split(' ')[at.getUTCMonth()] ?? ''} ${day}, ${at.getUTCFullYear()} ${time} UTC`
}

const line = (name: string, value: string | number): string =>
  `${name}${'\t'.repeat(4 - Math.floor(name.length / 8))}: ${value}\n`

/** A record as evtexport prints it, up to its data. */
const asExported = (record: EvtRecord): string =>
  [
    line('Event number', record.recordNumber),
    line('Creation time', stampOf(record.timeGenerated)),
    line('Written time', stampOf(record.timeWritten)),
  ].join('')

const stringsOf = (record: EvtRecord): string =>
  record.strings.map((text, index) => line(`String: ${index + 1}`, text)).join('')

const isToldAlike = (record: EvtRecord, their: string): boolean =>
  their.startsWith(asExported(record)) &&
  their.includes(line('Computer name', record.computer)) &&
  their.includes(line('Source name', record.source)) &&
  their.includes(`(${record.eventIdRaw})\n`) &&
  their.replaceAll('\r', '').includes(stringsOf(record).replaceAll('\r', ''))

if (!hasExport) skipped('evtexport (Debian libevt-utils) is not installed')
;(hasExport ? describe : describe.skip)('evtexport', () => {
  const folder = mkdtempSync(join(tmpdir(), 'evt-'))
  const paths = hasSamples ? names.map((name) => join(samples, 'evt', name)) : []
  beforeAll(() => {
    const storm = Array.from({ length: 60 }, (_, at) => failedDial(8e11 + at * 6e4, 'A')).flat()
    const made = { ...evtFixtures(), 'wrapped.evt': wrappedEvt(storm, 16_384, true) }
    for (const [name, bytes] of Object.entries(made)) {
      // It does not open a log that was cut off, and goes by a header of when the log was empty.
      if (/truncated|storm-wrapped/.test(name)) continue
      writeFileSync(join(folder, name), bytes)
      paths.push(join(folder, name))
    }
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('tells the same of every record, in the same order', async () => {
    expect(paths.length).toBeGreaterThan(4)
    for (const path of paths) {
      const theirs = exported(path, 'items')
        .split(/\n(?=Event number\t)/)
        .slice(1)
      const ours = (await recordsOf(path)).filter(isLive)
      expect(theirs).toHaveLength(ours.length)
      const different = ours.filter((it, index) => !isToldAlike(it, theirs[index] ?? ''))
      expect(different).toEqual([])
    }
  })

  it('recovers no record that is not found here', async () => {
    for (const path of paths) {
      const theirs = [...exported(path, 'recovered').matchAll(/^Event number\t+: (\d+)/gm)]
      const ours = new Set((await recordsOf(path)).map(({ recordNumber }) => recordNumber))
      expect(theirs.filter(([, number]) => !ours.has(Number(number)))).toEqual([])
    }
  })
})
