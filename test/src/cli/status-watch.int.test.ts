import { cliWorld } from '../../support/cli-world'
import { epochMs } from '../../support/event-builders'

const at = (sec: number): string => new Date(epochMs + sec * 1000).toISOString()

/** A ledger with a failure of `isp`, and a watcher that ends after so many texts were written. */
const watched = async (texts: number) => {
  const world = cliWorld()
  await world.run('record', 'isp', 'ras-error', '--code', '629')
  const steps: Array<() => unknown> = []
  let written = 0
  world.onWritten = () => {
    written += 1
    if (written >= texts) world.signals.emit('SIGTERM', 'SIGTERM')
    else void steps.shift()?.()
    return true
  }
  const watch = (...args: string[]) => world.run('status', '--watch', ...args)
  return { world, steps, watch }
}

describe('status --watch --json', () => {
  it('prints an object for each link, then for each change, and ends with 0 on a signal', async () => {
    const { world, steps, watch } = await watched(3)
    steps.push(
      () => world.run('hold', 'isp', '--reason', 'bill'),
      () => world.run('record', 'other', 'up'),
    )
    const { code, lines, err } = await watch('--json')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(lines()).toMatchObject([
      { link: 'isp', from: null, to: 'waiting', at: at(0), row: { consecutiveFailures: 1 } },
      { link: 'isp', from: 'waiting', to: 'held', at: at(0), row: { link: 'isp', phase: 'held' } },
      { link: 'other', from: null, to: 'idle', row: { mayDial: true } },
    ])
  })

  it('has the row that status --json has', async () => {
    const { world, watch } = await watched(1)
    const { lines } = await watch('--json')
    const { json } = await world.run('status', '--json')
    expect(lines()[0].row).toEqual(json().links[0])
  })

  it('tells of one link only where one is named', async () => {
    const { world, steps, watch } = await watched(2)
    steps.push(async () => {
      await world.run('record', 'other', 'up')
      await world.run('hold', 'isp', '--reason', 'bill')
    })
    const { lines } = await watch('isp', '--json')
    expect(lines().map(({ link, to }) => [link, to])).toEqual([
      ['isp', 'waiting'],
      ['isp', 'held'],
    ])
  })

  it('ends with 0 when nobody reads it any more', async () => {
    const { world, watch } = await watched(9)
    world.onWritten = () => false
    expect((await watch('--json')).code).toBe(0)
    expect(world.closed).toBe(2)
  })

  it('exits 65 for a link that nobody knows', async () => {
    const { watch } = await watched(1)
    expect(await watch('ips', '--json')).toMatchObject({ code: 65, out: '' })
  })
})

describe('status --watch for people', () => {
  it('prints a line for each change where there is no terminal', async () => {
    const { world, steps, watch } = await watched(2)
    steps.push(() => world.run('hold', 'isp', '--reason', 'bill'))
    const { out } = await watch('--tz', '+01:00')
    expect(out.split('\n')).toEqual([
      '2026-01-01T01:00:00.000+01:00  isp  waiting     refused by open-interval for 600 s, ' +
        'not before 2026-01-01T01:10:00.000+01:00  failures 1',
      expect.stringContaining('isp  waiting -> held        refused by held'),
      '',
    ])
  })

  it('draws a table on a terminal, and again in its place', async () => {
    const { world, steps, watch } = await watched(2)
    world.screen = { columns: 200, rows: 24 }
    steps.push(() => world.run('record', 'other', 'up'))
    const { out } = await watch()
    const waits = `waiting     refused by open-interval for 600 s, not before ${at(600)}  failures 1`
    expect(out).toBe(
      `\r\u001b[Jisp   ${waits}\n` +
        `\u001b[1A\r\u001b[Jisp    ${waits}\nother  idle        may be dialed\n`,
    )
  })
})
