import * as E from 'fp-ts/Either'
import type { LinkId } from '../../domain/link-id'
import type { Refused } from '../application/gate'
import type { Guarded } from '../application/guarded'
import {
  guardCall,
  type GuardedDial,
  type GuardParts,
  type OpenCall,
} from '../application/guard-call'
import type { LedgerParts } from '../application/ledger-parts'
import { stopOnAbort } from '../application/stop-on-abort'
import { withLink, type LibraryError } from './library-error'
import { setPolicy, type PolicySetting } from './policies'

/** How a guarded call waits and ends. */
export type GuardOptions = {
  /** Whether to wait until the dial is granted; default: a refusal is the answer. */
  readonly wait?: boolean
  /** Waits so long at most, by uptime. */
  readonly maxWaitSec?: number
  /** Fields of the link's policy that are to hold; what differs is set first (R11). */
  readonly policy?: PolicySetting
  /** Ends the wait, or asks the call to end. */
  readonly signal?: AbortSignal
  /** Told of a refusal that is waited out, whenever its rules are others than before. */
  readonly onRefused?: (refused: Refused) => void
}

/** A function to be called under a grant. */
export type Guardable<Value> = (dial: GuardedDial) => Value | Promise<Value>

/** One guarded call of this process, from the ask on until its end is in the ledger. */
export type RunningGuard = {
  readonly link: LinkId
  /** Null while it waits for a grant, and once the end is in the ledger. */
  readonly call: () => OpenCall | null
  /** Ends the wait, or asks the call to end: a normal end, if the link is up. */
  readonly stop: () => void
  /** Resolves when the call is over and its end in the ledger, or never will be. */
  readonly over: Promise<unknown>
}

/** Nothing was asked, because the signal had aborted before. */
export type NotAsked = { readonly _tag: 'NotAsked' }

/** The guarded calls of one opened ledger. */
export type Guards = {
  readonly guard: <Value>(
    link: string,
    run: Guardable<Value>,
    options?: GuardOptions,
  ) => Promise<Guarded<Value> | Refused | NotAsked | LibraryError>
  readonly running: () => ReadonlyArray<RunningGuard>
}

/** Guards calls on one ledger. */
export const guards = (
  parts: LedgerParts,
  guardParts: Omit<GuardParts, 'clock' | 'changes'> & { readonly isClosing: () => boolean },
): Guards => {
  const running = new Set<RunningGuard>()
  const given: GuardParts = { ...guardParts, clock: parts.clock, changes: parts.store.changes }
  return {
    running: () => [...running],
    guard: (name, run, options = {}) =>
      withLink(name, async (link) => {
        if (guardParts.isClosing()) return E.left(closed)
        const { policy, signal } = options
        if (signal?.aborted === true) return E.right({ _tag: 'NotAsked' as const })
        const set = policy === undefined ? null : await setPolicy(parts, link, policy)
        if (set !== null && E.isLeft(set)) return set
        // It may have been closed while the policy was set, and then nobody would wait for the call.
        if (guardParts.isClosing()) return E.left(closed)
        return guarded(given, running, { link, run, options })
      }),
  }
}

const closed = { _tag: 'LedgerUnavailable' as const, why: 'this ledger was closed' }

type Asked<Value> = {
  readonly link: LinkId
  readonly run: Guardable<Value>
  readonly options: GuardOptions
}

const guarded = async <Value>(
  parts: GuardParts,
  running: Set<RunningGuard>,
  { link, run, options }: Asked<Value>,
) => {
  const { wait, maxWaitSec, signal, onRefused = () => undefined } = options
  const asked = new AbortController()
  const stop = stopOnAbort(asked.signal)
  const onAbort = () => asked.abort(signal?.reason)
  signal?.addEventListener('abort', onAbort)
  let call: OpenCall | null = null
  const answer = guardCall<Value>(parts, {
    ...{ link, stop, onRefused, run },
    wait: wait === true || maxWaitSec !== undefined ? { maxSec: maxWaitSec ?? null } : null,
    onCall: (open) => {
      call = open
      void open.recorded.then(() => {
        if (call === open) call = null
      })
    },
  })
  const over = answer
    .then(
      () => call?.recorded,
      () => undefined,
    )
    .finally(() => {
      running.delete(entry)
      stop.close()
      signal?.removeEventListener('abort', onAbort)
    })
  const entry: RunningGuard = { link, call: () => call, stop: () => asked.abort(), over }
  running.add(entry)
  return answer
}
