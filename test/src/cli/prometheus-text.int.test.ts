import { spawnSync } from 'node:child_process'
import { cliWorld } from '../../support/cli-world'
import { epochMs } from '../../support/event-builders'
import { describeUnless, missingPrograms } from '../../support/real-dialers'

/** Names that a careless text would let out of their quotes, or break its lines with. */
const hostileNames = [
  'c="x"\\y',
  '"} 1',
  '\\',
  '\\n',
  'a{b="c"} 7',
  '# help open_interval_may_dial no',
  'länk ☎ 接続',
  ',,,',
]

const printed = async (names: ReadonlyArray<string>): Promise<string> => {
  const world = cliWorld()
  for (const name of names) await world.run('record', name, 'ras-error')
  const { code, out } = await world.run('status', '--prometheus')
  expect(code).toBe(0)
  return out
}

const sample =
  /^([a-z_]+)\{link="((?:[^"\\\n]|\\["\\n])*)"(?:,phase="([a-z]+)")?\} (-?\d+(?:\.\d+)?)$/u

/** The samples of a text, their labels as they were before they were escaped. */
const samplesOf = (text: string) =>
  text.split('\n').flatMap((line) => {
    const [, name, link, phase, value] = sample.exec(line) ?? []
    return link === undefined
      ? []
      : [{ name, link: link.replace(/\\(.)/gu, '$1'), phase, value: Number(value) }]
  })

describe('status --prometheus', () => {
  it('prints each metric after its help and type, and nothing else', async () => {
    const text = await printed(['isp'])
    const lines = text.trimEnd().split('\n')
    const heads = lines.filter((line) => line.startsWith('#'))
    expect(lines.filter((line) => !line.startsWith('#') && !sample.test(line))).toEqual([])
    const names = [...new Set(samplesOf(text).map(({ name }) => name))]
    expect(heads.map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual(
      names.flatMap((name) => [`# HELP ${name}`, `# TYPE ${name}`]),
    )
    expect(text.endsWith('\n')).toBe(true)
  })

  it('tells of a link that waits', async () => {
    expect(samplesOf(await printed(['isp'])).filter(({ value }) => value !== 0)).toEqual([
      { name: 'open_interval_retry_after_seconds', link: 'isp', value: 600 },
      { name: 'open_interval_consecutive_failures', link: 'isp', value: 1 },
      { name: 'open_interval_down_since_timestamp_seconds', link: 'isp', value: epochMs / 1000 },
      { name: 'open_interval_phase', link: 'isp', phase: 'waiting', value: 1 },
    ])
  })

  it('keeps every name within its label', async () => {
    const links = new Set(samplesOf(await printed(hostileNames)).map(({ link }) => link))
    expect([...links].toSorted()).toEqual(hostileNames.toSorted())
  })
})

const checked = (text: string) => {
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
    input: text,
    encoding: 'utf8',
  })
  return { status, says: `${stdout}${stderr}` }
}

describeUnless(missingPrograms('promtool'), 'status --prometheus by promtool', () => {
  it.each([
    ['no link', []],
    ['a link', ['isp']],
    ['hostile names', hostileNames],
  ])('has nothing against the metrics of %s', async (_what, names) => {
    expect(checked(await printed(names))).toEqual({ status: 0, says: '' })
  })

  it('would find a label that ends too early, and a name that breaks the conventions', () => {
    const head = '# HELP open_interval_x Help.\n# TYPE open_interval_x gauge\n'
    expect(checked(`${head}open_interval_x{link="a"b"} 1\n`).status).not.toBe(0)
    const named = head.replaceAll('_x', '_total')
    expect(checked(`${named}open_interval_total{link="a"} 1\n`).says).toContain('_total')
  })
})
