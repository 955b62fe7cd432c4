import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { memoryEventStore } from '../../../src/adapters/memory/memory-event-store'
import type { CliParts } from '../../../src/cli/cli-parts'
import { sqliteEvidenceSpool } from '../../../src/adapters/sqlite/evidence-spool'
import { importCommand } from '../../../src/cli/import'
import type { EventStore } from '../../../src/ports/event-store'
import { importPartsOf } from '../../support/import-case'

const fixture = (name: string): string => join(__dirname, '../../fixtures/logs', name)

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'import-'))
})

afterEach(() => {
  rmSync(folder, { recursive: true })
})

type Ran = { readonly code: number | null; readonly out: string; readonly err: string }

/** What import does not use, and must not. */
const unused = (): never => {
  throw new Error('import has no use for this')
}

const partsOver = (store: EventStore, out: (text: string) => void, err: (text: string) => void) => {
  const parts = { ...importPartsOf(store), fold: unused, newId: unused, draw: unused }
  const liveness = { judge: unused }
  const ledger = {
    store: 'memory',
    address: 'memory',
    ledgerId: 'id',
    isLocked: () => Promise.resolve(false),
    locksFolder: '',
    viewsFile: '',
    notes: [],
    parts,
    liveness,
  }
  const opened: CliParts = {
    env: {},
    out,
    err,
    isTerminal: false,
    openLedger: () =>
      Promise.resolve({
        _tag: 'Right',
        right: { ...ledger, close: () => Promise.resolve() },
      }),
  }
  return opened
}

const run = async (store: EventStore, ...args: ReadonlyArray<string>): Promise<Ran> => {
  const texts = { out: '', err: '' }
  let code: number | null = null
  const parts = partsOver(
    store,
    (text) => (texts.out += text),
    (text) => (texts.err += text),
  )
  const program = new Command().addCommand(
    importCommand(parts, { openSpool: sqliteEvidenceSpool }, (it) => (code = it)),
  )
  await program.parseAsync(['node', 'open-interval', 'import', ...args])
  return { code, ...texts }
}

const log = fixture('nt-text-us-newest-first.txt')

describe('import', () => {
  it('tells what was read of every file, and exits 0', async () => {
    const { code, out } = await run(memoryEventStore(), log)
    expect(code).toBe(0)
    expect(out).toContain(`${log} (nt-text, newest first)`)
    expect(out).toContain('17 records, 16 of the Exchange MTA, 16 new events')
    expect(out).toMatch(/taken for UTC; state their offset with --log-tz/)
  })

  it('prints one JSON document with the fields that others rely on', async () => {
    const { code, out } = await run(memoryEventStore(), log, '--json', '--log-tz', '-08:00')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toEqual({
      files: [
        {
          file: log,
          sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
          format: 'nt-text',
          logId: 'harbour1/application/msexchangemta',
          records: 17,
          recognised: 16,
          events: 16,
          duplicates: 0,
          skipped: 1,
          order: 'newest-first',
          clockSteps: 0,
          gaps: 0,
          recovered: 0,
          errors: [],
        },
      ],
      mustWait: [],
      notes: [],
    })
  })

  it('adds nothing the second time', async () => {
    const store = memoryEventStore()
    await run(store, log)
    const { code, out } = await run(store, log, '--json')
    expect(code).toBe(0)
    expect(JSON.parse(out).files).toMatchObject([{ events: 0, duplicates: 16 }])
  })

  it('exits 65 for the same file under another zone, and names the earlier import', async () => {
    const store = memoryEventStore()
    await run(store, log)
    const { code, err } = await run(store, log, '--log-tz', '+01:00')
    expect(code).toBe(65)
    expect(err).toContain(`as ${log} on`)
  })

  it('writes nothing in a dry run', async () => {
    const store = memoryEventStore()
    const { code, out } = await run(store, log, '--dry-run')
    expect(code).toBe(0)
    expect(out).toContain('dry run: nothing was written')
    const page = await store.readAll({ after: null, categories: null, limit: 1 })()
    expect(page).toMatchObject({ right: { events: [] } })
  })

  it('reads a folder, and tells of what is no log in it', async () => {
    copyFileSync(log, join(folder, 'a.txt'))
    writeFileSync(join(folder, 'notes.md'), '# Notes\n')
    const { code, out } = await run(memoryEventStore(), folder, '--json')
    expect(code).toBe(0)
    expect(JSON.parse(out).files).toMatchObject([
      { file: join(folder, 'a.txt'), events: 16 },
      { file: join(folder, 'notes.md'), logId: null, errors: [{ record: null }] },
    ])
  })

  it('exits 65 for a folder in which nothing is a log (A12)', async () => {
    writeFileSync(join(folder, 'notes.md'), '# Notes\n')
    const { code, err } = await run(memoryEventStore(), folder)
    expect(code).toBe(65)
    expect(err).toMatch(/notes\.md: this is no event log export/)
  })

  it.each([
    ['an empty file', '', /is empty/],
    ['a binary log of Vista', 'ElfFile\0', /binary \.evtx log; save it as text/],
    ['a binary log without records', '0\0\0\0LfLe', /none of its 0 records/],
    ['prose', 'Dear Sir,\n', /no event log export.*"Dear Sir,"/],
  ])('exits 65 for %s (A12)', async (_, text, message) => {
    const path = join(folder, 'log')
    writeFileSync(path, text)
    const { code, err, out } = await run(memoryEventStore(), path, '--json')
    expect(code).toBe(65)
    expect(err).toMatch(message)
    expect(JSON.parse(out).files).toHaveLength(1)
  })

  it.each([
    ['a log of other programs (A12)', fixture('nt-text-of-other-programs.txt'), /none of its 6/],
    ['open dates', fixture('nt-text-ambiguous-dates.txt'), /--date-order dmy\|mdy/],
    ['a device', '/dev/null', /a device/],
    ['a missing file', '/none/such', /no such file/],
  ])('exits 65 for %s, and still imports the others', async (_, path, message) => {
    const { code, err, out } = await run(memoryEventStore(), path, log, '--json')
    expect(code).toBe(65)
    expect(err).toMatch(message)
    const events = JSON.parse(out).files.map((it: { readonly events: number }) => it.events)
    expect(events).toEqual([0, 16])
  })

  it('lists bad records with their place, and exits 0', async () => {
    const { code, out } = await run(memoryEventStore(), fixture('nt-text-damaged.txt'))
    expect(code).toBe(0)
    expect(out).toMatch(/record 6 at byte \d+: 11\/31\/96 is no day of the calendar/)
  })

  it.each([
    ['--log-tz', 'Europe/Berlin'],
    ['--date-order', 'dym'],
    ['--format', 'evtx'],
    ['--encoding', 'klingon'],
    ['--source', ' '],
    ['--link', ''],
  ])('exits 64 for %s %p', async (flag, value) => {
    const { code, err } = await run(memoryEventStore(), log, flag, value)
    expect(code).toBe(64)
    expect(err).not.toBe('')
  })

  it('exits 69 when the ledger fails on the way, and says that another run completes it', async () => {
    const store = memoryEventStore()
    const failing: EventStore = {
      ...store,
      append: () => () =>
        Promise.resolve({ _tag: 'Left', left: { _tag: 'Unavailable', why: 'disk full' } }),
    }
    const { code, err, out } = await run(failing, log, '--json')
    expect(code).toBe(69)
    expect(err).toMatch(/disk full; not everything was imported; run the same import again/)
    expect(JSON.parse(out).files).toMatchObject([{ events: 0 }])
  })
})
