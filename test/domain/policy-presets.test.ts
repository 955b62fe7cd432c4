import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parsePolicyFields } from '../../domain/policy-rules'
import { policyPresetOf, policyPresets, type PolicyPreset } from '../../domain/policy-presets'

const intervalsOf = ({ fields }: PolicyPreset): ReadonlyArray<number> =>
  [fields.openIntervalSec ?? [], fields.intervalsSec ?? []].flat()

describe('the presets', () => {
  it('have an id each, and name at least one field', () => {
    expect(new Set(policyPresets.map(({ id }) => id)).size).toBe(policyPresets.length)
    policyPresets.forEach(({ fields }) => {
      expect(Object.keys(fields)).not.toHaveLength(0)
    })
  })

  it('are for what-if only wherever an interval is below the minimum of 1 s (R11)', () => {
    const below = policyPresets.filter((preset) => intervalsOf(preset).some((it) => it < 1))
    expect(below.map(({ id }) => id)).toEqual([
      'autossh',
      'strongswan-default',
      'libreswan',
      'networkmanager',
    ])
    expect(below.every(({ whatIfOnly }) => whatIfOnly !== null)).toBe(true)
  })

  it('are fields that a policy takes, unless they are for what-if only', () => {
    policyPresets
      .filter(({ whatIfOnly }) => whatIfOnly === null)
      .forEach(({ fields }) => {
        expect(parsePolicyFields(fields)).toEqual({ _tag: 'Right', right: fields })
      })
  })

  it('say why they are for what-if only', () => {
    expect(policyPresetOf('postfix')?.whatIfOnly).toMatch(/age/)
    expect(policyPresetOf('pppd')?.whatIfOnly).toBeNull()
  })

  it.each([
    ['exchange-mta', [600]],
    ['wvdial', [5, 10, 20, 40, 80, 160, 320, 600]],
    ['openvpn', [1, 1, 1, 1, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300]],
    ['bird-bgp', [60, 120, 240, 300]],
    ['android-default', [5, 10, 20, 40, 80, 160, 320, 640, 1280, 1800]],
  ])('of %s wait as their source says', (id, intervals) => {
    const preset = policyPresetOf(id)
    expect(preset === null ? null : intervalsOf(preset)).toEqual(intervals)
  })

  it('of rras-demand-dial rise to six hours', () => {
    const intervals = policyPresetOf('rras-demand-dial')?.fields.intervalsSec ?? []
    expect([intervals[0], intervals[1], intervals.at(-1), intervals.length]).toEqual([
      600, 1200, 21_600, 36,
    ])
  })

  it('are none for an id that nobody gave', () => {
    expect(policyPresetOf('no-such-preset')).toBeNull()
  })
})

const facts = join(__dirname, '../../../shared/facts/policy-presets.json')

type Row = { readonly id: string; readonly verified: string }

if (existsSync(facts)) {
  describe('the presets beside the collected facts', () => {
    const { presets }: { presets: ReadonlyArray<Row> } = JSON.parse(readFileSync(facts, 'utf8'))

    it('are the rows that were read or taken from source, and no other', () => {
      const trusted = presets.filter(({ verified }) => /^(?:read|source)(?:;|$)/.test(verified))
      expect(policyPresets.map(({ id }) => id).toSorted()).toEqual(
        trusted.map(({ id }) => id).toSorted(),
      )
    })
  })
} else {
  process.stdout.write('skipped: presets beside the collected facts (no ../shared here)\n')
}
