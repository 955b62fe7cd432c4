import * as E from 'fp-ts/Either'
import type { LinkId } from '../domain/link-id'
import { auditLedger } from './application/audit'
import type { AuditReport } from './application/audit-report'
import type { Gate, GateError, Granted, Refused } from './application/gate'
import { isRecordedUp } from './application/is-recorded-up'
import { knownLinks } from './application/known-links'
import { linkGate } from './application/link-gate'
import { observeLink, statusRow, type StatusRow } from './application/status-row'
import { auditQuestionOf, type AuditQuestion } from './audit-library'
import { closeLedger, type ClosedLedger, type CloseOptions } from './library/close-ledger'
import { guards, type Guards } from './library/guards'
import { outcomeOf, withLink, type LibraryError } from './library/library-error'
import { liveTables, type LiveTables } from './library/live-tables'
import { policies, type Policies } from './library/policies'
import { reports, type Reports } from './library/reports'
import { subscriptions, type Subscriptions } from './library/subscriptions'
import { createLedger, openLedger, type LedgerError, type OpenLedger } from './open-ledger'

/** How a ledger is opened. */
export type OpenOptions = {
  /** Only to be read: works on read-only media, too. Whatever writes is refused then. */
  readonly readOnly?: boolean
  /** Told of what a person should know, such as a ledger that cannot be written for a while. */
  readonly onNotice?: (message: string) => void
}

/** How a link stands: a row of `status --json`. */
export type Status = StatusRow & { readonly _tag: 'Status' }

/** How every link stands that the ledger knows. */
export type StatusOfAll = {
  readonly _tag: 'StatusOfAll'
  readonly links: ReadonlyArray<StatusRow>
}

/** The document of `audit --json`. */
export type Audited = AuditReport & { readonly _tag: 'Audited' }

/**
 * An opened ledger, for a gateway that is written in Node. Links are named as people do. What can be
 * expected is a value with a `_tag`, errors included: nothing of this throws.
 */
export type ConnectionLedger = Reports &
  Subscriptions &
  LiveTables &
  Pick<Guards, 'guard'> & {
    readonly _tag: 'Ledger'
    readonly path: string
    readonly ledgerId: string
    /**
     * Permission to dial once: the grant is durable when this resolves. It must be settled by
     * `settle` or `record`; unsettled, it is abandoned at its dial timeout. `guard` does it all.
     */
    readonly requestDial: (link: string) => Promise<Granted | Refused | LibraryError>
    readonly policy: Policies
    readonly status: (link: string) => Promise<Status | LibraryError>
    readonly statusOfAll: () => Promise<StatusOfAll | LibraryError>
    /** Judges every dial of the ledger. */
    readonly audit: (question?: AuditQuestion) => Promise<Audited | LibraryError>
    /** Calls `wake` whenever there may be more events; gives the function that stops it. */
    readonly changes: (wake: () => void) => () => void
    /** Refuses while an attempt of this process is open, unless told what its end was. */
    readonly close: (options?: CloseOptions) => Promise<ClosedLedger>
  }

/** A ledger that is there now: made just now, or found. */
export type CreatedLedger = {
  readonly _tag: 'Created' | 'Found'
  readonly path: string
  readonly ledgerId: string
}

/** Makes a ledger where {@link openConnectionLedger} looks, or finds it: nothing else does, because a fresh one grants at once. */
export const createConnectionLedger = async (
  path: string,
): Promise<CreatedLedger | LedgerError> => {
  const made = await createLedger(placeOf(path))
  if (E.isLeft(made)) return made.left
  const { created, ledgerId } = made.right
  return { _tag: created ? 'Created' : 'Found', path, ledgerId }
}

/** Opens a ledger that is there, a file (`sqlite:<path>` or its path) or `esdb://...`; never creates one. */
export const openConnectionLedger = async (
  path: string,
  { readOnly = false, onNotice = () => undefined }: OpenOptions = {},
): Promise<ConnectionLedger | LedgerError> => {
  const opened = await openLedger(placeOf(path), { readOnly })
  return E.isLeft(opened) ? opened.left : connectionLedger(opened.right, onNotice)
}

const placeOf = (store: string): string =>
  store.startsWith('sqlite:') ? store.slice('sqlite:'.length) : store

/** The door of an opened ledger. */
export const connectionLedger = (
  opened: Omit<OpenLedger, 'access' | 'locksFolder' | 'viewsFile'>,
  say: (message: string) => void,
): ConnectionLedger => {
  const { parts, liveness, path, ledgerId, locks, thisProcess } = opened
  const gate = linkGate(parts, liveness)
  const asked = new Map<LinkId, string>()
  const closing = new AbortController()
  let isClosed = false
  const { guard, running } = guards(parts, {
    ...{ gate, locks, thisProcess, say },
    isRecordedUp: isRecordedUp(parts),
    isClosing: () => closing.signal.aborted,
    isClosed: () => isClosed,
  })
  const close = async () => {
    isClosed = true
    await opened.close()
  }
  return {
    ...{ _tag: 'Ledger', path, ledgerId, guard },
    ...reports(parts),
    ...reads(opened),
    ...subscriptions({ store: parts.store, ledgerId, closed: closing.signal }),
    ...liveTables({ store: parts.store, ledgerId, closed: closing.signal }),
    policy: policies(parts),
    requestDial: (name) =>
      withLink(name, async (link) => {
        const answer = await requestDial(opened, gate, link)
        if (E.isRight(answer) && answer.right._tag === 'Granted') {
          asked.set(link, answer.right.attempt)
        }
        return answer
      }),
    changes: parts.store.changes,
    close: (options = {}) =>
      closeLedger({ parts, asked, running, refuseNew: () => closing.abort(), close }, options),
  }
}

const reads = ({
  parts,
  isLocked,
}: Pick<OpenLedger, 'parts' | 'isLocked'>): Pick<
  ConnectionLedger,
  'status' | 'statusOfAll' | 'audit'
> => {
  const rowOf = async (link: LinkId) => {
    const observed = await observeLink(parts, link, isLocked)()
    return E.isLeft(observed) ? observed : E.right(statusRow(parts, link, observed.right).row)
  }
  return {
    status: (name) =>
      withLink(name, async (link) => {
        const row = await rowOf(link)
        return E.isLeft(row) ? row : E.right({ _tag: 'Status' as const, ...row.right })
      }),
    statusOfAll: async () => {
      const links = await knownLinks(parts.store)()
      if (E.isLeft(links)) return outcomeOf(links)
      const rows: StatusRow[] = []
      for (const link of links.right) {
        const row = await rowOf(link)
        if (E.isLeft(row)) return outcomeOf(row)
        rows.push(row.right)
      }
      return { _tag: 'StatusOfAll', links: rows }
    },
    audit: async (question = {}) => {
      const report = await auditLedger(parts.store, auditQuestionOf(question))
      return outcomeOf(
        E.isLeft(report) ? report : E.right({ _tag: 'Audited' as const, ...report.right }),
      )
    },
  }
}

/** The link belongs to this process: when it is gone, or asks again, a connected link has ended. */
const requestDial = (
  { thisProcess, isLockHeld }: Pick<OpenLedger, 'thisProcess' | 'isLockHeld'>,
  gate: Gate,
  link: LinkId,
): Promise<E.Either<GateError, Granted | Refused>> =>
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
  })()
