import { SingleBar } from 'cli-progress'
import type { ProjectionMessage } from '../application/projection-message'

const shownAfterMs = 1000

/** Shows how far a rebuild has come. */
export type RebuildProgress = {
  readonly onMessage: (message: ProjectionMessage) => void
  readonly stop: () => void
}

/** Gives a bar with rate and time left, on stderr, for a rebuild that takes over a second. */
export const rebuildProgress = (name: string, isTerminal: boolean): RebuildProgress => {
  const bar = new SingleBar({
    format: `${name} {bar} {percentage}% · {rate} events a second · {eta_formatted} left`,
    hideCursor: true,
    clearOnComplete: true,
    stream: process.stderr,
  })
  const startedAt = performance.now()
  let isShown = false
  const stop = (): void => {
    if (isShown) bar.stop()
    isShown = false
  }
  return {
    stop,
    onMessage: (message) => {
      if (!isTerminal) return
      if (message._tag !== 'Progress') {
        stop()
        return
      }
      const { events, done, total } = message
      const ms = performance.now() - startedAt
      const rate = Math.round((1000 * events) / ms)
      if (isShown) bar.update(done, { rate })
      else if (ms > shownAfterMs) {
        bar.start(total, done, { rate })
        isShown = true
      }
    },
  }
}
