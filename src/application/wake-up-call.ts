import { setTimeout as sleep } from 'node:timers/promises'
import type { EventStore } from '../ports/event-store'

/** Waiting for a store to have more, without missing what came while nobody waited. */
export type WakeUpCall = {
  /** From now on every change counts; call it before reading. */
  readonly listen: () => void
  /** Resolves once there was a change since {@link WakeUpCall.listen}, or at the end. */
  readonly woken: () => Promise<void>
  /** Resolves after a while, or at the end. */
  readonly sleepMs: (ms: number) => Promise<void>
  readonly stop: () => void
}

/** The longest that a timer can run, in milliseconds. */
const longestMs = 2 ** 31 - 1

/** Listening alone keeps no process alive; somebody who waits for news must not be ended by it. */
const awake = async (news: Promise<void>): Promise<void> => {
  const timer = setInterval(() => undefined, longestMs)
  await news
  clearInterval(timer)
}

/** Listens to a store's changes until it is stopped; the signal wakes whoever waits. */
export const wakeUpCall = (store: EventStore, signal: AbortSignal): WakeUpCall => {
  let isWoken = false
  let wake = (): void => undefined
  const onChange = (): void => {
    isWoken = true
    wake()
  }
  const unlisten = store.changes(onChange)
  signal.addEventListener('abort', onChange)
  return {
    listen: () => {
      isWoken = false
    },
    woken: () =>
      awake(
        new Promise((resolve) => {
          wake = resolve
          if (isWoken || signal.aborted) resolve()
        }),
      ),
    sleepMs: (ms) =>
      sleep(ms, undefined, { signal }).catch((error: unknown) => {
        if (!signal.aborted) throw error
      }),
    stop: () => {
      unlisten()
      signal.removeEventListener('abort', onChange)
    },
  }
}
