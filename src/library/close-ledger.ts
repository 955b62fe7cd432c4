import * as E from 'fp-ts/Either'
import { setTimeout as sleep } from 'node:timers/promises'
import { withAbandonment } from '../../domain/dialing'
import type { LinkId } from '../../domain/link-id'
import { changeLink } from '../application/change-link'
import type { LedgerParts } from '../application/ledger-parts'
import { loadLink } from '../application/load-link'
import { settleFacts } from '../application/settle-facts'
import type { RunningGuard } from './guards'

/** An attempt that was granted to this process and is not settled. */
export type OpenAttempt = {
  readonly link: LinkId
  readonly attempt: string
  readonly isUp: boolean
  /** Whether a guarded call runs it, or its end is still to be written; else it was only asked for. */
  readonly isGuarded: boolean
}

/** What a ledger's closing comes to. `AttemptsOpen`: it is not closed. */
export type ClosedLedger =
  | { readonly _tag: 'Closed' }
  | {
      readonly _tag: 'AttemptsOpen'
      readonly attempts: ReadonlyArray<OpenAttempt>
      readonly why: string
    }

/**
 * What the end of open attempts was. `down`: they ended as they should; guarded calls are asked to
 * end. `failed`: the same as a failure. `leave`: nothing is written; a connection counts as lost once
 * this process is gone, all else is abandoned at its dial timeout.
 */
export type CloseOptions = { readonly settle?: 'down' | 'failed' | 'leave' }

/** What is to be closed. */
export type Closing = {
  readonly parts: LedgerParts
  /** The newest attempt that was only asked for, by link. */
  readonly asked: ReadonlyMap<LinkId, string>
  readonly running: () => ReadonlyArray<RunningGuard>
  /** From now on nothing is guarded or subscribed to. */
  readonly refuseNew: () => void
  /** From now on nothing is read or written; reports that wait for the ledger are given up. */
  readonly close: () => Promise<void>
}

/** How long guarded calls may take to end, and their ends to be written. */
const endMsMax = 10_000

/** Closes a ledger, unless an attempt of this process is open whose end is not told. */
export const closeLedger = async (
  closing: Closing,
  { settle }: CloseOptions,
): Promise<ClosedLedger> => {
  const open = await openAttempts(closing)
  if (open.length > 0 && settle === undefined) return attemptsOpen(open)
  if (settle === 'down' || settle === 'failed') {
    await settleAll(closing, open, settle)
    const left = await openAttempts(closing)
    if (left.length > 0) return attemptsOpen(left)
  }
  // A call may have been let go since the others were looked for; between this and the next line none can.
  const late = settle === 'leave' ? [] : guardedAttempts(closing)
  if (late.length > 0) return attemptsOpen(late)
  closing.refuseNew()
  const running = closing.running()
  for (const guard of running) guard.stop()
  if (settle !== 'leave') await within(endMsMax, Promise.all(running.map(({ over }) => over)))
  await closing.close()
  return { _tag: 'Closed' }
}

const attemptsOpen = (attempts: ReadonlyArray<OpenAttempt>): ClosedLedger => ({
  _tag: 'AttemptsOpen',
  attempts,
  why: 'settle them first, or say what their end was: close({ settle })',
})

const openAttempts = async (closing: Closing): Promise<ReadonlyArray<OpenAttempt>> => {
  const asked = await Promise.all(
    [...closing.asked].map(([link, attempt]) => openAsked(closing.parts, link, attempt)),
  )
  return [...guardedAttempts(closing), ...asked.flat()]
}

const guardedAttempts = ({ running }: Closing): ReadonlyArray<OpenAttempt> =>
  running().flatMap(({ link, call }) => {
    const open = call()
    const attempt = open?.attempt ?? ''
    return open === null ? [] : [{ link, attempt, isUp: open.isUp(), isGuarded: true }]
  })

/** An attempt that was only asked for, if it is open still; of a ledger that cannot be read it may be. */
const openAsked = async (
  parts: LedgerParts,
  link: LinkId,
  attempt: string,
): Promise<ReadonlyArray<OpenAttempt>> => {
  const loaded = await loadLink(parts, link)()
  if (E.isLeft(loaded)) return [{ link, attempt, isUp: false, isGuarded: false }]
  const { site, state } = loaded.right
  const now = parts.clock.read()
  const context = { site, now, occurred: now, draw: parts.draw, link }
  const open = withAbandonment(context, state).attempt
  return open?.id === attempt ? [{ link, attempt, isUp: open.up !== null, isGuarded: false }] : []
}

const settleAll = async (
  { parts, running }: Closing,
  open: ReadonlyArray<OpenAttempt>,
  settle: 'down' | 'failed',
): Promise<void> => {
  const ending = running().map((guard) => {
    if (settle === 'failed') guard.call()?.fail()
    else guard.stop()
    return guard.over
  })
  const settling = open
    .filter(({ isGuarded }) => !isGuarded)
    .map(({ link, attempt }) =>
      changeLink(parts, {
        ...{ occurred: null, stated: null, source: 'record' },
        command: { type: 'RecordEvidence', attempt, fact: settleFacts[settle], code: null },
      })(link)(),
    )
  await within(endMsMax, Promise.all([...ending, ...settling]))
}

const within = async (ms: number, work: Promise<unknown>): Promise<void> => {
  const over = new AbortController()
  const late = sleep(ms, undefined, { signal: over.signal }).catch(() => undefined)
  await Promise.race([work, late])
  over.abort()
}
