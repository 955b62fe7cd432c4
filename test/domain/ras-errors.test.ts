import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { notStartedRasCodes, rasErrorOf, rasErrors } from '../../domain/ras-errors'

const facts = join(__dirname, '../../../shared/facts/ras-error-codes.tsv')

describe('the RAS error table', () => {
  it('names the error of the storm of KB Q150927', () => {
    expect(rasErrorOf(629)).toEqual({
      code: 629,
      symbol: 'ERROR_REMOTE_DISCONNECTION',
      class: 'remote-drop',
    })
  })

  it('names symbols that do not begin with ERROR_', () => {
    expect(rasErrorOf(600)?.symbol).toBe('PENDING')
    expect(rasErrorOf(644)?.symbol).toBe('WARNING_MSG_ALIAS_NOT_ADDED')
  })

  it('holds 327 errors, each code once, in ascending order', () => {
    expect(rasErrors).toHaveLength(327)
    rasErrors.slice(1).forEach((error, index) => {
      expect(error.code).toBeGreaterThan(rasErrors[index]?.code ?? Number.POSITIVE_INFINITY)
    })
    expect(rasErrors.every(({ symbol }) => /^[A-Z][A-Z0-9_]+$/.test(symbol))).toBe(true)
  })

  it('returns null for a code without a public name (R3)', () => {
    expect([0, 599, 29954, -1, 629.5].map(rasErrorOf)).toEqual([null, null, null, null, null])
  })

  it('holds one code by which a dial never started (R8)', () => {
    expect([...notStartedRasCodes]).toEqual([633])
  })
})

if (existsSync(facts)) {
  describe('the RAS error table beside the collected facts', () => {
    it('holds every row with its symbol', () => {
      const rows = readFileSync(facts, 'utf8').trim().split('\n').slice(1)
      expect(rows.map((row) => row.split('\t').slice(0, 2))).toEqual(
        rasErrors.map(({ code, symbol }) => [String(code), symbol]),
      )
    })
  })
} else {
  process.stdout.write('skipped: RAS errors beside the collected facts (no ../shared here)\n')
}
