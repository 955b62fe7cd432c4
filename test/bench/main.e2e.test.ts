import { join } from 'node:path'
import { ran } from '../support/open-interval'

const loader = join(__dirname, '../support/processes/load-typescript.cjs')
const main = join(__dirname, '../../bench/main.ts')

const bench = (...args: ReadonlyArray<string>) =>
  ran([process.execPath, '--require', loader, main, ...args])

const everywhere = [
  'grant-p50',
  'grants-per-second',
  '64-concurrent-grants',
  'repeated-refusal',
  'repeated-refusal-writes',
  'rebuild-rate',
  'rebuild-memory',
  'dial-to-start',
  'restart-to-first-grant',
  'bytes-per-event',
  'bytes-beside-bare-row',
  'append-to-subscriber-p99',
  'append-to-process-p99',
  'unread-subscriber-memory',
]

describe('the benches', () => {
  it('give every figure, whatever its value', async () => {
    const { code, out, err } = await bench('--size', '1k', '--json')
    expect({ code, errors: err.match(/^.*Error.*$/gmu) }).toEqual({ code: 0, errors: null })
    const figures = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    const names = figures.map(({ name }) => name)
    // Some peers are not installed everywhere, and their lines are absent then.
    expect(names).toEqual(expect.arrayContaining(everywhere))
    expect(figures.filter(({ value }) => !Number.isFinite(value))).toEqual([])
    // What a refusal writes is no matter of time.
    expect(figures.find(({ name }) => name === 'repeated-refusal-writes')).toMatchObject({
      met: true,
    })
  })

  it.each([
    ['--size', 'huge'],
    ['--only', 'nothing'],
    ['--fast', ''],
  ])('are not run by %s %s, and say what there is', async (...args) => {
    const { code, out, err } = await bench(...args)
    expect({ code, out }).toEqual({ code: 64, out: '' })
    expect(err).toContain('Benches: grant, group-commit, refusal')
  })
})
