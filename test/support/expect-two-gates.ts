import { auditAll } from '../../projections/findings/audit-all'
import { auditLedger } from '../../src/application/audit'
import type { EventStore } from '../../src/ports/event-store'
import { rightOf } from './event-store-contract'
import { storeAt } from './store-at'
import { runTwoGates, setShortPolicy, type TwoGates } from './two-gates'

/** How often each link is dialed at least, so that windows of one host meet dials of the other. */
const dialsPerLink = 2

/**
 * Runs two hosts on a ledger and expects that no window was broken, by the true times and by the audit,
 * and that both hosts dialed. `ready` is called between the policy and the first question.
 */
export const expectTwoGates = async (
  asked: Omit<TwoGates, 'dialsPerLink'>,
  ready: () => void = () => undefined,
): Promise<void> => {
  const store = await storeAt(asked.store)
  try {
    await setShortPolicy(store)
    ready()
    await expectNoWindowBroken(asked, store)
  } finally {
    await store.close()
  }
}

const expectNoWindowBroken = async (
  asked: Omit<TwoGates, 'dialsPerLink'>,
  store: EventStore,
): Promise<void> => {
  const run = await runTwoGates({ ...asked, dialsPerLink })
  process.stdout.write(`two gates: ${run.summary}\n`)
  expect(run.wrongs).toEqual([])
  expect(run).toMatchObject({ exits: [0, 0], errors: '' })
  expect(run.dials.flat().length).toBeGreaterThanOrEqual(asked.links * dialsPerLink)
  for (const dials of run.dials) expect(dials.length).toBeGreaterThan(0)
  const audit = await rightOf(() =>
    auditLedger(store, { ...auditAll, asOf: new Date().toISOString() }),
  )
  // A server may hold what other runs left there.
  const judged = audit.links.filter(({ link }) => link.startsWith(`gates-${asked.seed * 10}-`))
  expect(judged.length).toBeGreaterThan(0)
  expect(judged.filter(({ broken }) => broken > 0)).toEqual([])
}
