import * as E from 'fp-ts/Either'
import { setTimeout as sleep } from 'node:timers/promises'
import { backOffMs } from './append-batch'
import type { Connection } from './connection'
import { fileAt } from './file-at'
import { operationsOn, type Operations } from './operations'
import { settleOutcome } from './settle-outcome'

/** The connection of one store: opened again after an error that leaves an outcome unknown. */
export type Session = {
  /** The operations on the connection of now; throws when there is none to be had. */
  readonly current: () => Operations
  /** The operations, once no outcome is unknown any more; left: why that takes so long. */
  readonly settled: (patienceMs: number) => Promise<E.Either<unknown, Operations>>
  readonly isUncertain: (id: string) => boolean
  readonly becameUncertain: (events: ReadonlyArray<{ readonly id: string }>) => void
  /** To be called after each commit: wakes the listeners. */
  readonly committed: () => void
  readonly listeners: Set<() => void>
  readonly close: () => void
}

/** Keeps a connection, and makes a new one whenever the old one may lie about what is stored. */
export const sessionOn = (first: Connection, reconnect: () => Connection): Session => {
  const path = first.name
  let operations: Operations | undefined = operationsOn(first)
  let file = fileAt(path)
  const uncertainIds = new Set<string>()
  const listeners = new Set<() => void>()

  let closed = false

  const current = (): Operations => {
    if (closed) throw new Error('the ledger has been closed')
    if (operations !== undefined && fileAt(path) !== file) drop()
    if (operations === undefined) {
      operations = operationsOn(reconnect())
      file = fileAt(path)
    }
    return operations
  }

  const drop = (): void => {
    const dropped = operations
    operations = undefined
    dropped?.connection.close()
  }

  const trySettling = (): E.Either<unknown, Operations> =>
    E.tryCatch(
      () => {
        const { connection } = current()
        if (!settleOutcome(connection)) throw new Error('the log is still in use by others')
        uncertainIds.clear()
        return current()
      },
      (cause) => cause,
    )

  const settled = async (patienceMs: number): Promise<E.Either<unknown, Operations>> => {
    if (uncertainIds.size === 0) return E.tryCatch(current, (cause) => cause)
    const giveUpAtMs = performance.now() + patienceMs
    for (let attempt = 0; ; attempt++) {
      const tried = trySettling()
      if (E.isRight(tried) || performance.now() > giveUpAtMs) return tried
      await sleep(backOffMs(attempt))
    }
  }

  return {
    current,
    settled,
    listeners,
    isUncertain: (id: string): boolean => uncertainIds.has(id),
    becameUncertain: (events: ReadonlyArray<{ readonly id: string }>): void => {
      events.forEach(({ id }) => uncertainIds.add(id))
      // Closing fails where rolling back does; the connection is of no use either way.
      E.tryCatch(drop, (cause) => cause)
    },
    committed: (): void => {
      setImmediate(() => listeners.forEach((wake) => wake()))
    },
    close: () => {
      closed = true
      drop()
    },
  }
}
