import * as E from 'fp-ts/Either'
import type { DialingCommand, RecordedFact } from '../../domain/dialing'
import type { LedgerEvent } from '../../domain/events'
import type { LinkId } from '../../domain/link-id'
import { changeLink, type LinkChange } from '../application/change-link'
import { changeSitePolicy } from '../application/change-site-policy'
import type { GateError } from '../application/gate'
import type { LedgerParts } from '../application/ledger-parts'
import { releaseSite } from '../application/release-site'
import { settleFacts, type SettleOutcome } from '../application/settle-facts'
import type { ReadError } from '../ports/event-store'
import { outcomeOf, withLink, type LibraryError } from './library-error'

/** What was seen of a link, or how a granted dial went. */
export type LinkReport = {
  readonly fact: RecordedFact['fact']
  /** The raw code, if there is one. */
  readonly code?: number | null
  /** The attempt that it is about; none: it settles nothing (R14). */
  readonly attempt?: string | null
  /** When it happened by whoever saw it, ISO 8601 UTC; it serves the audit. */
  readonly stated?: string
}

/** How a granted dial went. */
export type Settling = {
  readonly attempt: string
  readonly outcome: SettleOutcome
  readonly code?: number | null
}

/** Why something is overridden, and by whom; who runs this process, if that is left out (R12). */
export type Reason = { readonly reason: string; readonly by?: string }

/** It is written down; `events` empty: it was so already. */
export type Done = {
  readonly _tag: 'Done'
  readonly link: LinkId | null
  readonly events: ReadonlyArray<LedgerEvent['type']>
  readonly revision: bigint | null
}

/** What a library call that writes one thing down comes to. */
export type Written = Promise<Done | LibraryError>

/** The reports and overrides of the command line, by the same functions. */
export type Reports = {
  readonly settle: (link: string, settling: Settling) => Written
  readonly record: (link: string, report: LinkReport) => Written
  /** Lets one dial go although a window is open; without `window` the newest (R12). */
  readonly waive: (link: string, why: Reason & { readonly window?: string }) => Written
  /** Null: every link, known ones and new ones. */
  readonly hold: (link: string | null, why: Reason) => Written
  /**
   * Lifts a hold or an exhaustion; null: the hold of every link. `past` accepts what cannot be read,
   * of the link or of the site policy.
   */
  readonly release: (link: string | null, why: Reason & { readonly past?: bigint }) => Written
}

/** Makes the reports of one ledger. */
export const reports = (parts: LedgerParts): Reports => ({
  settle: (name, { attempt, outcome, code = null }) =>
    written(parts, name, {
      ...{ occurred: null, stated: null, source: 'record' },
      command: { type: 'RecordEvidence', attempt, fact: settleFacts[outcome], code },
    }),
  record: (name, { fact, code = null, attempt = null, stated }) =>
    written(parts, name, {
      ...{ occurred: parts.clock.read(), stated: stated ?? null, source: 'record' },
      command: { type: 'RecordEvidence', attempt, fact, code },
    }),
  waive: (name, { window: windowId = null, reason, by }) =>
    override(actingAs(parts, by), name, { type: 'WaiveWindow', windowId, reason }),
  hold: (name, { reason, by }) =>
    name === null
      ? changedSite(actingAs(parts, by), { type: 'LinkHeld', data: { reason } })
      : override(actingAs(parts, by), name, { type: 'HoldLink', reason }),
  release: (name, { past = null, reason, by }) =>
    name === null
      ? releasedSite(actingAs(parts, by), past, reason)
      : override(actingAs(parts, by), name, { type: 'ReleaseLink', reason, past }),
})

/** The parts with events signed by somebody else than who runs this process. */
export const actingAs = (parts: LedgerParts, by: string | undefined): LedgerParts =>
  by === undefined ? parts : { ...parts, actor: by }

const override = (
  parts: LedgerParts,
  name: string,
  command: Exclude<DialingCommand, { readonly type: 'RequestDial' }>,
): Written => written(parts, name, { command, occurred: null, stated: null, source: 'record' })

const written = (parts: LedgerParts, name: string, change: LinkChange): Written =>
  withLink(name, async (link) => {
    const changed = await changeLink(parts, change)(link)()
    if (E.isLeft(changed)) return changed
    const { events, revision } = changed.right
    return E.right({
      _tag: 'Done' as const,
      link,
      events: events.map(({ type }) => type),
      revision,
    })
  })

const releasedSite = async (parts: LedgerParts, past: bigint | null, reason: string): Written =>
  past === null
    ? changedSite(parts, { type: 'LinkReleased', data: { reason, past } })
    : siteDone('LinkReleased', await releaseSite(parts, { past: past.toString(), reason }))

const changedSite = async (parts: LedgerParts, change: Overriding): Written =>
  siteDone(change.type, await changeSitePolicy(parts, { ...change, idFrom: 'random' })())

type Overriding = Extract<LedgerEvent, { readonly type: 'LinkHeld' | 'LinkReleased' }>

const siteDone = (
  type: LedgerEvent['type'],
  revision: E.Either<ReadError | GateError, bigint>,
): Done | LibraryError =>
  outcomeOf(
    E.isLeft(revision)
      ? revision
      : E.right({ _tag: 'Done' as const, link: null, events: [type], revision: revision.right }),
  )
