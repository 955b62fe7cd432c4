import type { OwnerProcess } from '../../domain/events'
import type { Clock } from '../ports/clock'
import type { DialerExit, SupervisedDialer } from '../ports/dialer-host'
import type { HeldLock } from '../ports/link-locks'
import { callFailureOf, callReturned } from './call-failure'

/** How a call that was let go came to its end. */
export type CallEnd<Value> =
  | { readonly _tag: 'Returned'; readonly value: Value }
  | { readonly _tag: 'Threw'; readonly cause: unknown }

/** A function of this process in the place of a dialer: asked to end by a signal, never killed. */
export type CallDialer<Value> = SupervisedDialer & {
  /** Null while it runs, and when it was never let go. */
  readonly ended: () => CallEnd<Value> | null
  readonly isRunning: () => boolean
  /** Resolves when it was to be gone by now, and is not. */
  readonly overran: Promise<void>
}

/** What a call is made of. */
export type PlannedCall<Value> = {
  readonly run: (signal: AbortSignal) => Value | Promise<Value>
  readonly process: OwnerProcess
  readonly clock: Clock
  readonly lock: HeldLock
  /** What the signal's reason says. */
  readonly whyEnded: () => string
}

/** The dialer that a call is; it begins with the go line, if the grant is not void by then (R1). */
export const callDialer = <Value>(call: PlannedCall<Value>): CallDialer<Value> => {
  const abort = new AbortController()
  const [exited, overran] = [resolvable<DialerExit>(), resolvable<undefined>()]
  let [end, hasBegun]: [CallEnd<Value> | null, boolean] = [null, false]
  return {
    supervisor: call.process,
    session: call.process,
    guardUntil: () => Promise.resolve(true),
    onGuardLost: () => undefined,
    go: (startByCs) => {
      if (call.clock.read().uptimeCs > startByCs) return Promise.resolve({ _tag: 'Void' })
      hasBegun = true
      void endOf(call, abort.signal).then((ended) => {
        end = ended
        exited.resolve(exitOf(ended))
      })
      return Promise.resolve({ _tag: 'Launched' })
    },
    exit: exited.promise,
    isGone: () => end !== null,
    signal: (name) => {
      if (name === 'SIGKILL') overran.resolve(undefined)
      else if (name !== 'SIGCONT') abort.abort(abortionOf(call.whyEnded()))
    },
    outputEnded: () => Promise.resolve(),
    dismiss: call.lock.giveBack,
    ended: () => end,
    isRunning: () => hasBegun && end === null,
    overran: overran.promise,
  }
}

type Resolvable<A> = { readonly promise: Promise<A>; readonly resolve: (value: A) => void }

const resolvable = <A>(): Resolvable<A> => {
  let resolve: (value: A) => void = () => undefined
  const promise = new Promise<A>((resolved) => {
    resolve = resolved
  })
  return { promise, resolve }
}

// What a stranger's function throws is caught here, at the edge, and becomes a value.
const endOf = async <Value>(
  call: PlannedCall<Value>,
  signal: AbortSignal,
): Promise<CallEnd<Value>> => {
  try {
    return { _tag: 'Returned', value: await call.run(signal) }
  } catch (cause) {
    return { _tag: 'Threw', cause }
  }
}

const exitOf = <Value>(end: CallEnd<Value>): DialerExit => ({
  code: null,
  signal: null,
  notExecuted: null,
  said: end._tag === 'Returned' ? callReturned : callFailureOf(end.cause),
})

/** By this name others tell an abort from a failure, as they do with the signals of a platform. */
const abortionOf = (why: string): Error => Object.assign(new Error(why), { name: 'AbortError' })
