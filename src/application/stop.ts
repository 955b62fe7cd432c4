/** The signals by which a supervisor is asked to end (R6). */
const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Whether this process was asked to end, and by what. */
export type Stop = {
  readonly requested: () => NodeJS.Signals | null
  /** Resolves when the first such signal came. */
  readonly stopped: Promise<void>
  /** Calls `callback` for each such signal from now on. */
  readonly onStop: (callback: (signal: NodeJS.Signals) => void) => void
  readonly close: () => void
}

/** Listens to {@link stopSignals}, which end this process no more until `close` is called. */
export const listenForStop = (source: NodeJS.EventEmitter): Stop => {
  let first: NodeJS.Signals | null = null
  let resolveStopped: () => void = () => undefined
  const stopped = new Promise<void>((resolve) => {
    resolveStopped = resolve
  })
  const callbacks = new Set<(signal: NodeJS.Signals) => void>()
  const listen = (signal: NodeJS.Signals): void => {
    first ??= signal
    resolveStopped()
    for (const callback of callbacks) callback(signal)
  }
  for (const signal of stopSignals) source.on(signal, listen)
  return {
    requested: () => first,
    stopped,
    onStop: (callback) => {
      callbacks.add(callback)
    },
    close: () => {
      for (const signal of stopSignals) source.off(signal, listen)
    },
  }
}
