import fc from 'fast-check'
import { findings } from '../../projections/findings/findings'
import { auditAll } from '../../projections/findings/audit-all'
import { verdictsOf } from '../../projections/findings/verdicts'
import { runs } from '../support/runs'
import { act, histories, newSimulation } from '../support/simulate-links'

describe('the audit of a ledger that the gate made', () => {
  it('finds no grant broken or in doubt, whatever happened', () => {
    let kept = 0
    fc.assert(
      fc.property(histories, (history) => {
        const simulation = newSimulation()
        for (const happening of history) act(simulation, happening)
        const items = simulation.seen.map(({ item }) => item)
        const verdicts = verdictsOf(items.reduce(findings.evolve, findings.initial), auditAll)
        const grants = new Set(
          items.filter(({ type }) => type === 'DialAttempted').map(({ id }) => id),
        )
        // Histories hold imported logs as well; nobody keeps those dials from being early.
        const judged = verdicts.dials.filter(({ id }) => grants.has(id))
        const doubtful = judged.filter(
          ({ verdict }) => verdict === 'broken' || verdict === 'cannot-tell',
        )
        expect(doubtful).toEqual([])
        kept += judged.filter(({ verdict }) => verdict === 'kept').length
      }),
      runs(),
    )
    // An audit that judges nothing would pass as well.
    expect(kept).toBeGreaterThan(runs().numRuns)
  })
})
