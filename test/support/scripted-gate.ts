import * as E from 'fp-ts/Either'
import { randomUUID } from 'node:crypto'
import type {
  AttemptReport,
  Gate,
  GateError,
  Granted,
  PlannedGrant,
  Refused,
} from '../../src/application/gate'
import type { Clock } from '../../src/ports/clock'

/** A gate that does as it is told: a fake, so that a ledger can be away at a chosen moment. */
export type ScriptedGate = Gate & {
  readonly reports: Array<AttemptReport>
  /** While it is set, every report fails with it. */
  failing: GateError | null
  /** What a report of this kind is answered with for ever. */
  rejecting: AttemptReport['_tag'] | null
}

/** What the next grant says; `startByCs` null: void before it can start. */
export type ScriptedGrant = Partial<Omit<PlannedGrant, 'attempt'>> & { readonly isVoid?: boolean }

/** A gate that grants every request, or gives the refusal. */
export const scriptedGate = (clock: Clock, script: ScriptedGrant | Refused = {}): ScriptedGate => {
  const gate: ScriptedGate = {
    reports: [],
    failing: null,
    rejecting: null,
    request: (request) => async () => {
      const planned = {
        attempt: randomUUID(),
        dialTimeoutSec: 1,
        startWithinSec: 5,
        leaseSec: null,
        ...('_tag' in script ? {} : script),
      }
      const prepared = await request.prepare(planned)
      if (E.isLeft(prepared)) return E.left({ _tag: 'CannotPrepare', why: prepared.left._tag })
      if ('_tag' in script) return E.right(script)
      const granted = clock.read()
      const startByCs = granted.uptimeCs + (script.isVoid === true ? -1 : 500)
      const grant: Granted = { ...planned, _tag: 'Granted', granted, startByCs, revision: 0n }
      return E.right(grant)
    },
    report: (_link, report) => async () => {
      if (gate.failing !== null) return E.left(gate.failing)
      if (gate.rejecting === report._tag) return E.left({ _tag: 'Rejected', why: 'AttemptNotOpen' })
      gate.reports.push(report)
      return E.right(undefined)
    },
  }
  return gate
}
