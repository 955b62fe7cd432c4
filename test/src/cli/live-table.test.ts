import type { StatusRow } from '../../../src/application/status-row'
import { liveTable } from '../../../src/cli/live-table'
import { linkId } from '../../support/link-id'

const aRow = (link: string, retryAfterSec: number | null): StatusRow => ({
  link: linkId(link),
  phase: retryAfterSec === null ? 'idle' : 'waiting',
  mayDial: retryAfterSec === null,
  deniedBy: retryAfterSec === null ? [] : [{ rule: 'open-interval', notBefore: null }],
  closesAt: null,
  retryAfterSec,
  since: null,
  upBasis: null,
  consecutiveFailures: 0,
  lastFailure: null,
  policyVersion: 'defaults',
  revision: null,
  downSince: null,
})

const tableOf = (...rows: ReadonlyArray<StatusRow>) => {
  const table = liveTable((iso) => iso)
  rows.forEach((row) => table.put({ row, uptimeCs: 1000 }))
  return table
}

const wide = { columns: 80, rows: 24 }

describe('a live table', () => {
  it('counts down in whole seconds by uptime, never below none', () => {
    const table = tableOf(aRow('isp', 10.01))
    const shown = [1000, 1050, 1101, 9999].map(
      (cs) => /for (\d+) s/u.exec(table.draw(wide, cs))?.[1],
    )
    expect(shown).toEqual(['11', '10', '9', '0'])
    expect(table.isCounting()).toBe(true)
  })

  it('stands still where nothing is counted', () => {
    const table = tableOf(aRow('isp', null))
    table.draw(wide, 0)
    expect(table.isCounting()).toBe(false)
  })

  it('goes back over as many lines as it drew, unless something else was written behind them', () => {
    const table = tableOf(aRow('a', null), aRow('b', null))
    expect(table.draw(wide, 0).startsWith('\r')).toBe(true)
    expect(table.draw(wide, 0).startsWith('\u001b[2A\r')).toBe(true)
    table.startAnew()
    expect(table.draw(wide, 0).startsWith('\r')).toBe(true)
  })

  it('fits the screen: lines are cut, and what is left out is counted', () => {
    const rows = Array.from({ length: 30 }, (_, number) => aRow(`link ${100 + number}`, null))
    const text = tableOf(...rows).draw({ columns: 20, rows: 10 }, 0)
    const lines = text.replace('\r\u001b[J', '').trimEnd().split('\n')
    expect(lines).toHaveLength(9)
    expect(lines.at(0)).toBe('link 100  idle     ')
    expect(lines.at(-1)).toBe('and 22 more: name a')
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(20)
  })

  it('says that there is no link yet', () => {
    expect(tableOf().draw(wide, 0)).toBe('\r\u001b[JThe ledger knows no link yet.\n')
  })
})
