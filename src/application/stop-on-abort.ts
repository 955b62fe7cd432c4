import type { Stop } from './stop'

/** A request to end that comes by a signal of the program instead of one of the system. */
export const stopOnAbort = (signal: AbortSignal): Stop => {
  const closings: (() => void)[] = []
  const onAbort = (callback: () => void): void => {
    if (signal.aborted) {
      callback()
      return
    }
    signal.addEventListener('abort', callback, { once: true })
    closings.push(() => signal.removeEventListener('abort', callback))
  }
  return {
    requested: () => (signal.aborted ? 'SIGTERM' : null),
    stopped: new Promise((resolve) => onAbort(resolve)),
    onStop: (callback) => onAbort(() => callback('SIGTERM')),
    close: () => {
      for (const close of closings.splice(0)) close()
    },
  }
}
