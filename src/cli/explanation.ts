import * as E from 'fp-ts/Either'
import type { DialingState } from '../../domain/dialing-state'
import type { Recorded } from '../../domain/events'
import { holdOn } from '../../domain/hold'
import type { LinkId } from '../../domain/link-id'
import type { OpenWindow } from '../../domain/link-status'
import { eventsBehind } from '../application/events-behind'
import { explainAt, type EarlierLink } from '../application/explain-at'
import type { LedgerParts } from '../application/ledger-parts'
import { observeLink, statusRow, type IsLocked, type StatusRow } from '../application/status-row'
import type { ReadError } from '../ports/event-store'

/** Why a link may or may not be dialed, as `explain --json` prints it. */
export type Explanation = {
  readonly link: StatusRow
  readonly asOf: string
  readonly held: { readonly by: string; readonly reason: string; readonly at: string } | null
  readonly openWindows: ReadonlyArray<Omit<OpenWindow, 'evidence'> & { readonly because: Because }>
  /** The events that keep the link closed, oldest first. */
  readonly chain: ReadonlyArray<ChainedEvent>
  /** For each denial of `link.deniedBy`, in its order: what would lift it. */
  readonly allowedBy: ReadonlyArray<string>
}

type Because = {
  readonly id: string
  readonly revision: string
  readonly type: string
  readonly origin: string
  readonly code: number | null
  readonly at: string
}

/** One event of the chain behind a refusal. */
export type ChainedEvent = {
  readonly revision: string
  readonly id: string
  readonly type: string
  readonly at: string
  readonly by: string
  readonly attempt: string | null
  readonly origin: string | null
  readonly code: number | null
  readonly reason: string | null
}

type Explained = { readonly parts: LedgerParts; readonly isLocked: IsLocked }

/** Explains a link as it stands, or as it stood at a time. */
export const explanationOf = async (
  { parts, isLocked }: Explained,
  link: LinkId,
  atMs: number | null,
): Promise<E.Either<ReadError, Explanation>> => {
  const loaded = await linkAsOf({ parts, isLocked }, link, atMs)
  if (E.isLeft(loaded)) return loaded
  const { asked, state } = loaded.right
  const clock = { read: () => asked }
  const { row, status } = statusRow({ ...parts, clock }, link, loaded.right)
  const chain = await eventsBehind(parts, link, {
    ids: new Set([
      ...status.openWindows.map((window) => window.windowId),
      ...(state.attempt === null ? [] : [state.attempt.id]),
    ]),
    held: state.held !== null,
    until: state.revision,
  })()
  if (E.isLeft(chain)) return chain
  return E.right({
    link: row,
    asOf: asked.wall,
    held: holdOn(loaded.right.site, state),
    openWindows: status.openWindows.map(({ evidence, ...window }) => ({
      ...window,
      because: { ...evidence, revision: evidence.revision.toString() },
    })),
    chain: chain.right.map(chainedEventOf),
    allowedBy: row.deniedBy.map(({ rule }) => remedyOf(rule, link, state)),
  })
}

const releaseAll = (link: LinkId): string =>
  `open-interval release --all --reason ..., or of this link alone: open-interval release '${link}' --reason ...`

const linkAsOf = async (
  { parts, isLocked }: Explained,
  link: LinkId,
  atMs: number | null,
): Promise<E.Either<ReadError, EarlierLink>> => {
  if (atMs !== null) return explainAt(parts, link, atMs)()
  const observed = await observeLink(parts, link, isLocked)()
  return E.isLeft(observed) ? observed : E.right({ ...observed.right, asked: parts.clock.read() })
}

const chainedEventOf = ({ data, metadata, ...event }: Recorded): ChainedEvent => ({
  revision: event.revision.toString(),
  id: event.id,
  type: event.type,
  at: metadata.stated ?? metadata.appended.wall,
  by: metadata.actor,
  attempt: metadata.attempt ?? null,
  origin: 'origin' in data ? data.origin : null,
  code: 'code' in data ? data.code : null,
  reason: 'reason' in data ? data.reason : null,
})

const remedyOf = (rule: string, link: LinkId, { held }: Pick<DialingState, 'held'>): string => {
  switch (rule) {
    case 'ledger-unreadable':
      return `open-interval doctor, then the release that it names`
    case 'held':
      if (held === null) return releaseAll(link)
      return `open-interval release '${link}' --reason ...`
    case 'exhausted':
      return `open-interval release '${link}' --reason ...`
    case 'open-interval':
    case 'short-sessions':
    case 'normal-end':
    case 'not-started':
      return `waiting; or open-interval waive '${link}' --reason ...`
    case 'connected':
      return `the end of the connection; if it is gone for certain: open-interval release '${link}' --reason ...`
    case 'dialing':
      return 'the settlement of the attempt, and the window after it if it failed'
    case 'lock-held':
    case 'dialer-still-running':
      return 'ending what is left of the dialer; fuser -v LEDGER.locks/* shows what holds its lock'
    default:
      return 'waiting'
  }
}
