import { SingleBar } from 'cli-progress'
import type { ImportProgress } from '../application/import-files'

const shownAfterMs = 1000

/** A progress bar that can be taken away again. */
export type ShownProgress = ImportProgress & { readonly stop: () => void }

/** Gives a progress bar with the time left, on stderr, for anything that takes over a second. */
export const importProgress = (isTerminal: boolean): ShownProgress => {
  const bar = new SingleBar({
    format: '{bar} {percentage}% · {eta_formatted} left',
    hideCursor: true,
    clearOnComplete: true,
    stream: process.stderr,
  })
  const startedAt = performance.now()
  let total = 0
  let read = 0
  let isShown = false
  return {
    onStart: (totalBytes) => {
      total = totalBytes
    },
    onRead: (bytes) => {
      read += bytes
      if (!isTerminal) return
      if (isShown) bar.update(Math.min(read, total))
      else if (performance.now() - startedAt > shownAfterMs) {
        bar.start(total, read)
        isShown = true
      }
    },
    stop: () => {
      if (isShown) bar.stop()
    },
  }
}
