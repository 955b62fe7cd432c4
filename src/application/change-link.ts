import * as E from 'fp-ts/Either'
import type * as TE from 'fp-ts/TaskEither'
import type { DialingContext } from '../../domain/dial-denials'
import { decideDialing, type DialingCommand, type DialingRejection } from '../../domain/dialing'
import type { DraftEvent } from '../../domain/events'
import type { LinkId } from '../../domain/link-id'
import type { ClockReading } from '../../domain/time'
import { appendDrafts } from './append-drafts'
import type { GateError } from './gate'
import type { LedgerParts } from './ledger-parts'
import { gateErrorOf } from './append-errors'
import { loadLink, type LoadedLink } from './load-link'

/** A command about a link other than a request to dial; those are the gate's alone. */
export type LinkChange = {
  readonly command: Exclude<DialingCommand, { readonly type: 'RequestDial' }>
  /** When it was learned of; null: now. */
  readonly occurred: ClockReading | null
  /** The time that whoever reports it states, ISO 8601 UTC; it serves the audit (R15). */
  readonly stated: string | null
  readonly source: 'gate' | 'record'
}

/** What a change came to; `events` empty: it was so already. */
export type LinkChanged = {
  readonly events: ReadonlyArray<DraftEvent>
  readonly revision: bigint | null
}

const conflictsMax = 200

/** Decides a command on a link's state and appends what follows, again when it was outrun. */
export const changeLink =
  (parts: LedgerParts, change: LinkChange) =>
  (link: LinkId): TE.TaskEither<GateError, LinkChanged> =>
  async () => {
    for (let tries = 0; tries < conflictsMax; tries += 1) {
      const loaded = await loadLink(parts, link)()
      if (E.isLeft(loaded)) return E.left(gateErrorOf(loaded.left))
      const result = await tryChange(parts, change, { link, loaded: loaded.right })
      if (result !== 'outrun') return result
      await parts.sleepMs(Math.random() * Math.min(tries, 20))
    }
    return E.left({ _tag: 'LedgerUnavailable', why: `${conflictsMax} appends were outrun` })
  }

const tryChange = async (
  parts: LedgerParts,
  change: LinkChange,
  { link, loaded }: { readonly link: LinkId; readonly loaded: LoadedLink },
): Promise<E.Either<GateError, LinkChanged> | 'outrun'> => {
  const now = parts.clock.read()
  const occurred = change.occurred ?? now
  const context: DialingContext = { site: loaded.site, now, occurred, draw: parts.draw, link }
  const decision = decideDialing(context, change.command, loaded.state)
  if (E.isLeft(decision)) return E.left({ _tag: 'Rejected', why: whyRejected(decision.left) })
  const [first, ...rest] = decision.right.events
  if (first === undefined) return E.right({ events: [], revision: null })
  const appended = await appendDrafts(parts, {
    drafts: [first, ...rest],
    occurred,
    readThen: now,
    head: loaded.head,
    source: change.source,
    stated: change.stated,
  })
  if (E.isRight(appended)) {
    return E.right({ events: decision.right.events, revision: appended.right.revision })
  }
  return appended.left._tag === 'Conflict' ? 'outrun' : E.left(gateErrorOf(appended.left))
}

/** What a rejection tells its reader, with what to do next. */
const whyRejected = (rejection: DialingRejection): string => {
  switch (rejection._tag) {
    case 'LinkUnreadable':
      return `revision ${rejection.revision} cannot be read: see open-interval doctor`
    case 'AttemptNotOpen':
      return `attempt ${rejection.attempt} is not open: see open-interval explain`
    case 'AttemptAbandoned':
      return `attempt ${rejection.attempt} passed its dial timeout and counts as abandoned: ask for a new grant`
    case 'AttemptSupervised':
      return `attempt ${rejection.attempt} is supervised: its supervisor records the end`
    case 'NoOpenWindow':
      return 'no window is open, so there is nothing to waive: see open-interval status'
    case 'WindowNotOpen':
      return `window ${rejection.windowId} is not open: see open-interval status`
  }
}
