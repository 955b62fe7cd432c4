import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import type { RecordedFact } from '../domain/dialing'
import { parseLinkId, type LinkId, type LinkIdError } from '../domain/link-id'
import { auditOf, type AuditQuestion } from './audit-library'
import type { AuditReport } from './application/audit-report'
import { changeLink, type LinkChanged } from './application/change-link'
import type { Gate, GateError, Granted, Refused } from './application/gate'
import { linkGate } from './application/link-gate'
import { observeLink, statusRow, type StatusRow } from './application/status-row'
import { openLedger, type LedgerError, type OpenLedger } from './open-ledger'
import type { ReadError } from './ports/event-store'

/** What was seen of a link, or how a granted dial went. */
export type LinkReport = RecordedFact & {
  /** The attempt that it is about; null: none, so that it settles nothing (R14). */
  readonly attempt: string | null
  /** When it happened by whoever saw it, ISO 8601 UTC; it serves the audit. */
  readonly stated?: string
}

/** Why the library could not do what it was asked. */
export type LibraryError = GateError | ReadError | LinkIdError

/** An opened ledger, for a gateway that is written in Node. Links are named as people do. */
export type ConnectionLedger = {
  readonly path: string
  readonly ledgerId: string
  /** The gate itself, for supervisors that prepare before they are granted a dial. */
  readonly gate: Gate
  /**
   * Permission to dial once: the grant is durable when this resolves. It must be settled by
   * {@link ConnectionLedger.record}; unsettled, it is abandoned at its dial timeout.
   */
  readonly requestDial: (link: string) => TE.TaskEither<LibraryError, Granted | Refused>
  readonly record: (link: string, report: LinkReport) => TE.TaskEither<LibraryError, LinkChanged>
  readonly status: (link: string) => TE.TaskEither<LibraryError, StatusRow>
  /** Judges every dial of the ledger: the document of `audit --json`. */
  readonly audit: (question?: AuditQuestion) => TE.TaskEither<ReadError, AuditReport>
  /** Calls `wake` whenever there may be more events; gives the function that stops it. */
  readonly changes: (wake: () => void) => () => void
  readonly close: () => Promise<void>
}

/** Opens an embedded ledger that is there, to be written; never creates one. */
export const openConnectionLedger = (path: string): TE.TaskEither<LedgerError, ConnectionLedger> =>
  pipe(() => openLedger(path, { readOnly: false }), TE.map(ledgerOf))

const ledgerOf = (opened: OpenLedger): ConnectionLedger => {
  const { parts, liveness, path, ledgerId, close } = opened
  const gate = linkGate(parts, liveness)
  return {
    path,
    ledgerId,
    gate,
    requestDial: (name) => named(name, (link) => requestDial(opened, gate, link)),
    record: (name, { attempt, stated, ...fact }) =>
      named(name, (link) =>
        changeLink(parts, {
          command: { type: 'RecordEvidence', attempt, ...fact },
          occurred: parts.clock.read(),
          stated: stated ?? null,
          source: 'record',
        })(link),
      ),
    status: (name) =>
      named(name, (link) =>
        pipe(
          observeLink(parts, link),
          TE.map((observed) => statusRow(parts, link, observed).row),
        ),
      ),
    audit: (question) => auditOf(parts.store, question),
    changes: parts.store.changes,
    close,
  }
}

const named = <Failure, A>(
  name: string,
  use: (link: LinkId) => TE.TaskEither<Failure, A>,
): TE.TaskEither<Failure | LinkIdError, A> =>
  pipe(
    TE.fromEither<LinkIdError, LinkId>(parseLinkId(name)),
    TE.flatMap((link) => use(link)),
  )

/** The link belongs to this process: when it is gone, or asks again, a connected link has ended. */
const requestDial = (
  { thisProcess, isLockHeld }: OpenLedger,
  gate: Gate,
  link: LinkId,
): TE.TaskEither<GateError, Granted | Refused> =>
  gate.request({
    link,
    supervision: 'grant',
    dialer: 'library',
    redialsItself: false,
    owner: thisProcess(),
    prepare: async () =>
      (await isLockHeld(link))
        ? E.left({ _tag: 'LockHeld' })
        : E.right({ supervisor: null, session: null }),
  })
