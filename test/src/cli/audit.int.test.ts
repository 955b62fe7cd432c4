import * as E from 'fp-ts/Either'
import { join } from 'node:path'
import { memoryEvidenceSpool } from '../../../src/adapters/memory/memory-evidence-spool'
import { memoryEventStore } from '../../../src/adapters/memory/memory-event-store'
import { auditCommand } from '../../../src/cli/audit'
import { cliFailure, type CliParts } from '../../../src/cli/cli-parts'
import { exitCodes, type ExitCode } from '../../../src/cli/exit-codes'
import { aReading } from '../../support/event-builders'

const fixture = (name: string) => join(__dirname, '..', '..', 'fixtures', 'audit', name)

const storm = fixture('a1-storm-in-four-minutes.txt')
const healthy = fixture('a2-healthy-newest-first.txt')
const nameless = fixture('a12-nameless-only.txt')

const none = { kept: 0, waived: 0, exempt: 0, ungated: 0 }

const run = async (...args: ReadonlyArray<string>) => {
  const said = { out: '', err: '', exit: -1 as ExitCode | -1 }
  const parts: CliParts = {
    env: {},
    out: (text) => void (said.out += text),
    err: (text) => void (said.err += text),
    isTerminal: false,
    openLedger: async () => E.left(cliFailure(exitCodes.unavailable, 'there is no ledger')),
  }
  const scratch = () => ({
    store: memoryEventStore(),
    clock: { read: () => aReading() },
    host: 'scratch',
    actor: 'test',
    sleepMs: async () => undefined,
    openSpool: memoryEvidenceSpool,
  })
  const host = { scratch, now: () => '2026-01-01T00:00:00.000Z' }
  await auditCommand(parts, host, (code) => void (said.exit = code)).parseAsync([...args], {
    from: 'user',
  })
  return said
}

describe('audit of log files', () => {
  it('exits with 1 when an interval was broken', async () => {
    expect((await run(storm)).exit).toBe(exitCodes.found)
    expect((await run(healthy)).exit).toBe(exitCodes.ok)
  })

  it('exits with 1 on what --fail-on names, and on nothing else', async () => {
    expect((await run(storm, '--fail-on', 'nothing')).exit).toBe(exitCodes.ok)
    expect((await run(healthy, '--fail-on', 'broken,cannot-tell')).exit).toBe(exitCodes.found)
    expect((await run(nameless)).exit).toBe(exitCodes.ok)
    expect((await run(nameless, '--fail-on', 'nothing')).exit).toBe(exitCodes.found)
  })

  it('A12: always ends with the number of dials judged', async () => {
    const lastLine = async (file: string) => (await run(file)).out.trimEnd().split('\n').at(-1)
    expect(await lastLine(storm)).toContain('Dials judged: 4 (broken 3, kept 0, cannot tell 1')
    expect(await lastLine(nameless)).toContain('Dials judged: 0 (')
  })

  it('A12: exits with 65 when nothing was recognised, and says so beside the 0 dials', async () => {
    const said = await run(join(__dirname, '..', '..', '..', 'package.json'))
    expect(said.exit).toBe(exitCodes.badInput)
    expect(said.out).toContain('Dials judged: 0')
    expect(said.err).toContain('no event log export')
  })

  it('names the file and the reason of exit 65 in its JSON too', async () => {
    const foreign = join(__dirname, '..', '..', '..', 'package.json')
    const said = await run(storm, foreign, '--json')
    expect(said.exit).toBe(exitCodes.badInput)
    const { totals, files } = JSON.parse(said.out)
    expect(totals.dials).toBe(4)
    expect(files).toMatchObject([
      { file: storm, errors: [] },
      { file: foreign, errors: [{ message: expect.stringContaining('no event log export') }] },
    ])
    const lines = (await run(foreign, '--output', 'ndjson')).out.trimEnd().split('\n')
    expect(JSON.parse(lines.at(-1) ?? '').summary.files).toHaveLength(1)
  })

  it('prints one JSON document with every column', async () => {
    const report = JSON.parse((await run(storm, '--json')).out)
    expect(report.rule).toBe('open-interval')
    expect(report.asOf).toBe('2026-01-01T00:00:00.000Z')
    expect(report.totals).toEqual({ ...none, links: 1, dials: 4, broken: 3, cannotTell: 1 })
    expect(report.links).toMatchObject([
      { computer: 'HARBOUR1', requiredSec: 600, dials: 4, shortestWaitSec: 61 },
    ])
  })

  it('prints a row for each finding as CSV, and a line for each as NDJSON with a summary', async () => {
    const csv = (await run(storm, '--output', 'csv')).out.trimEnd().split('\r\n')
    expect(csv).toHaveLength(5)
    expect(csv[0]).toContain('verdict,reason')
    const lines = (await run(storm, '--output', 'ndjson')).out.trimEnd().split('\n')
    expect(lines.map((line) => Object.keys(JSON.parse(line))[0])).toEqual([
      'finding',
      'finding',
      'finding',
      'finding',
      'summary',
    ])
  })

  it('prints HTML without a word of the log unescaped', async () => {
    const { out } = await run(storm, '--output', 'html')
    expect(out).toMatch(/^<!doctype html>/)
    expect(out).toContain('Dials judged: 4')
  })

  it('shows times in the zone of --tz, and only shows them so', async () => {
    expect((await run(storm, '--tz', '+05:00')).out).toContain('1996-11-18 14:00:00 +05:00')
    expect((await run(storm, '--tz', '+05:00', '--json')).out).toContain('1996-11-18T09:00:00.000Z')
  })

  it('judges only the dials between --from and --to', async () => {
    const between = ['--from', '1996-11-18T09:01:30Z', '--to', '1996-11-18 10:02:30+01:00']
    expect((await run(storm, ...between)).out).toContain('Dials judged: 1 (broken 1')
  })

  it('takes a date for a day in UTC, from its start to its end', async () => {
    for (const [judged, ...between] of [
      [4, '--from', '1996-11-18'],
      [0, '--from', '1996-11-19'],
      [4, '--to', '1996-11-18'],
      [0, '--to', '1996-11-17'],
    ] as const)
      expect((await run(storm, ...between)).out).toContain(`Dials judged: ${judged}`)
  })

  it.each(['1996-11-18 09:01:30', '1996-11-18T09:01:30'])(
    'refuses %s, which names no zone, with what to write',
    async (time) => {
      for (const option of ['--from', '--to']) {
        const { exit, err } = await run(storm, option, time)
        expect({ exit, err }).toEqual({
          exit: exitCodes.usage,
          err: expect.stringMatching(/names no zone: write 1996-11-18T09:01:30Z .*-05:00/u),
        })
      }
    },
  )

  it.each([
    [['--from', '1996-02-30T00:00:00Z']],
    [['--to', '09:30Z']],
    [['--fail-on', 'kept']],
    [['--open-interval', '0']],
    [['--from', '18/11/96']],
    [['--output', 'pdf']],
    [['--tz', 'Nowhere/Land']],
    [['--json', '--output', 'csv']],
    [['--log-tz', 'EST']],
  ])('refuses %j with 64', async (args) => {
    expect((await run(storm, ...args)).exit).toBe(exitCodes.usage)
  })

  it('exits with 65 for a link that the logs do not name', async () => {
    expect((await run(storm, '--link', 'isp')).exit).toBe(exitCodes.badInput)
  })
})

describe('audit of a ledger', () => {
  it('exits with 69 when there is none', async () => {
    expect(await run()).toMatchObject({ exit: exitCodes.unavailable, out: '' })
  })
})
