import * as E from 'fp-ts/Either'
import { changeLink, type LinkChange } from './change-link'
import type { AttemptReport, DialRequest, Gate, GateError, Granted, Refused } from './gate'
import type { Liveness } from '../ports/liveness'
import type { GateParts } from './gate-parts'
import type { LedgerParts } from './ledger-parts'
import { tryRequest, type Trial } from './try-request'

/** How often one request starts over because somebody else appended to the link meanwhile. */
const conflictsMax = 200

/** The gate of one ledger: reads a link's state, decides, and appends at the revision it read. */
export const linkGate = (parts: LedgerParts, liveness: Liveness): Gate => ({
  request: (request) => () => requestDial({ parts, liveness }, request),
  report: (link, report) => async () => {
    const result = await changeLink(parts, changeOf(report))(link)()
    return E.isLeft(result) ? result : E.right(undefined)
  },
})

const changeOf = (report: AttemptReport): LinkChange => ({
  occurred: report.occurred,
  stated: null,
  source: 'gate',
  command: commandOf(report),
})

const commandOf = (report: AttemptReport): LinkChange['command'] => {
  const { attempt } = report
  switch (report._tag) {
    case 'Started':
      return { type: 'ReportStarted', attempt, pid: report.pid }
    case 'Up':
      return { type: 'ReportUp', attempt, proof: report.proof }
    case 'LeaseRenewed':
      return { type: 'RenewLease', attempt }
    case 'Settled': {
      const { started, normal, origin, code, reason } = report
      return { type: 'SettleAttempt', attempt, started, normal, origin, code, reason }
    }
  }
}

const requestDial = async (
  gate: GateParts,
  request: DialRequest,
): Promise<E.Either<GateError, Granted | Refused>> => {
  let trial: Trial = {
    attempt: gate.parts.newId(),
    prepared: null,
    lockHeld: false,
    ended: null,
    mayRecall: true,
  }
  for (let tries = 0; tries < conflictsMax; tries += 1) {
    const result = await tryRequest(gate, request, trial)
    if (E.isLeft(result)) return result
    if (result.right._tag !== 'Again') return E.right(result.right)
    trial = result.right.trial
    if (tries > 0) await gate.parts.sleepMs(Math.random() * Math.min(tries, 20))
  }
  return E.left({ _tag: 'LedgerUnavailable', why: `${conflictsMax} appends in a row were outrun` })
}
