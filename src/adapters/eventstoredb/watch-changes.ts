import type { AllStreamSubscription } from '@eventstore/db-client'
import { spoilsClient } from './failure'
import type { StoreParts } from './store-parts'

/** Listening to one ledger on a server. */
export type Watcher = {
  readonly changes: (wake: () => void) => () => void
  /** Wakes listeners after an append of this process. */
  readonly appended: () => void
  readonly stop: () => void
}

type Watch = {
  readonly listeners: Set<() => void>
  subscription: AllStreamSubscription | undefined
  /** Counts the times that watching began: what belongs to an earlier one is ignored. */
  round: number
  retryMs: number
  timer: NodeJS.Timeout | undefined
  isDue: boolean
}

type WatchParts = Pick<StoreParts, 'clients' | 'patience' | 'categories'>

/** Wakes listeners when somebody has appended, and after each time that nobody could have told. */
export const watchChanges = (parts: WatchParts): Watcher => {
  const watch: Watch = {
    listeners: new Set(),
    subscription: undefined,
    round: 0,
    retryMs: parts.patience.retryMs,
    timer: undefined,
    isDue: false,
  }
  return {
    changes: (wake) => {
      // Each call has a listener of its own, even when the same function is given twice.
      const listener = (): void => wake()
      watch.listeners.add(listener)
      if (watch.listeners.size === 1) begin(parts, watch)
      return () => {
        if (watch.listeners.delete(listener) && watch.listeners.size === 0) end(watch)
      }
    },
    appended: () => wakeAll(watch),
    stop: () => {
      watch.listeners.clear()
      end(watch)
    },
  }
}

const begin = (parts: WatchParts, watch: Watch): void => {
  watch.round += 1
  void subscribe(parts, watch, watch.round)
}

const end = (watch: Watch): void => {
  watch.round += 1
  clearTimeout(watch.timer)
  void watch.subscription?.unsubscribe().catch(() => undefined)
  watch.subscription = undefined
}

/** Many changes of one turn wake once. */
const wakeAll = (watch: Watch): void => {
  if (watch.isDue) return
  watch.isDue = true
  setImmediate(() => {
    watch.isDue = false
    watch.listeners.forEach((wake) => wake())
  })
}

const subscribe = async (parts: WatchParts, watch: Watch, round: number): Promise<void> => {
  try {
    const client = await parts.clients.current()
    if (watch.round !== round) return
    const subscription = client.subscribeToAll({
      fromPosition: 'end',
      requiresLeader: true,
      filter: {
        filterOn: 'streamName',
        prefixes: parts.categories.map((category) => `${category}-`),
        checkpointInterval: 1000,
      },
    })
    watch.subscription = subscription
    // What came before it began is told by nobody else.
    subscription.on('confirmation', () => {
      watch.retryMs = parts.patience.retryMs
      wakeAll(watch)
    })
    subscription.on('data', () => wakeAll(watch))
    // An error ends it without `end` or `close`, an orderly shutdown without an error.
    const over = (cause: unknown): void => {
      if (spoilsClient(cause)) parts.clients.replace(client)
      again(parts, watch, round)
    }
    subscription.on('error', over)
    subscription.on('end', () => again(parts, watch, round))
  } catch {
    again(parts, watch, round)
  }
}

/** Subscribes once more after a while, a longer one each time; jitter keeps many hosts apart. */
const again = (parts: WatchParts, watch: Watch, round: number): void => {
  if (watch.round !== round) return
  watch.round += 1
  const next = watch.round
  const pauseMs = watch.retryMs * (0.5 + Math.random() / 2)
  watch.retryMs = Math.min(2 * watch.retryMs, parts.patience.retryMaxMs)
  watch.timer = setTimeout(() => void subscribe(parts, watch, next), pauseMs).unref()
}
