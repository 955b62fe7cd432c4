import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { evtFixtures } from '../support/evt-fixtures'
import { newFolder, removeFolders } from '../support/gate-world'
import { shownRecord, failedDial } from '../support/mta-log'
import { ntText } from '../support/nt-log'
import { cleanEvt, wrappedEvt } from '../support/evt-file'
import { programOn } from '../support/open-interval'

afterAll(removeFolders)

const start = Date.UTC(1996, 10, 18, 9, 0, 0)
const storm = Array.from({ length: 4 }, (_, at) => failedDial(start + at * 60_000, 'PIER')).flat()

const newLedger = async () => {
  const folder = newFolder()
  const run = programOn(join(folder, 'ledger.db'))
  expect((await run('init')).code).toBe(0)
  return { folder, run }
}

describe('the program, of binary logs', () => {
  it('audits one that was copied from a running server', async () => {
    const { folder, run } = await newLedger()
    const path = join(folder, 'application.evt')
    writeFileSync(path, evtFixtures()['evt-storm-wrapped.evt'] ?? '')
    const { code, err, json } = await run('audit', path, '--json')
    expect(code).toBe(1)
    expect(json().totals).toMatchObject({ dials: 4, broken: 3, cannotTell: 1 })
    expect(err).not.toContain('--log-tz')
  })

  it('imports one, and nothing new from the same log as text', async () => {
    const { folder, run } = await newLedger()
    const [binary, text] = [join(folder, 'a.evt'), join(folder, 'a.txt')]
    writeFileSync(binary, cleanEvt(storm))
    writeFileSync(text, ntText(storm.map(shownRecord)))
    const first = (await run('import', binary, '--json')).json()
    expect(first.files).toMatchObject([{ format: 'evt', events: 16, recovered: 0, errors: [] }])
    const second = (await run('import', text, '--json', '--log-tz', '+00:00')).json()
    expect(second.files).toMatchObject([{ format: 'nt-text', events: 0, duplicates: 16 }])
    expect((await run('audit', '--json')).json().totals).toMatchObject({ dials: 4, broken: 3 })
  })

  it('imports a folder of binary logs, text and other files', async () => {
    const { folder, run } = await newLedger()
    const logs = join(folder, 'logs')
    mkdirSync(logs)
    writeFileSync(join(logs, 'full.evt'), wrappedEvt(storm, 3000))
    writeFileSync(join(logs, 'cut.evt'), cleanEvt(storm).subarray(0, 2000))
    writeFileSync(join(logs, 'all.txt'), ntText(storm.map(shownRecord)))
    writeFileSync(join(logs, 'notes.md'), '# Notes\n')
    const { code, json } = await run('import', logs, '--json', '--log-tz', '+00:00')
    expect(code).toBe(0)
    const formats = json().files.map((it: { readonly format: string | null }) => it.format)
    expect(formats).toEqual(['nt-text', 'evt', 'evt', null])
    const events = json().files.map((it: { readonly events: number }) => it.events)
    expect(events).toEqual([16, 0, 0, 0])
    const again = (await run('import', logs, '--json', '--log-tz', '+00:00')).json()
    expect(again.files.map((it: { readonly events: number }) => it.events)).toEqual([0, 0, 0, 0])
  })
})
