import { SingleBar } from 'cli-progress'
import type { CopyProgress } from '../application/copy-ledger'

const shownAfterMs = 1000
const partsOfWhole = 1000

/** A progress bar of a copy that can be taken away again. */
export type ShownCopyProgress = {
  readonly onProgress: (progress: CopyProgress) => void
  readonly stop: () => void
}

/** Gives a bar with the rate and the time left, on stderr, for what takes over a second. */
export const copyProgress = (isTerminal: boolean): ShownCopyProgress => {
  const bar = new SingleBar({
    format: '{what} {bar} {percentage}% · {rate} events/s · {eta_formatted} left',
    hideCursor: true,
    clearOnComplete: true,
    stream: process.stderr,
  })
  const startedAt = performance.now()
  let isShown = false
  let step = { number: 0, startedAt, first: 0n }
  const stop = (): void => {
    if (isShown) bar.stop()
    isShown = false
  }
  return {
    stop,
    onProgress: (progress) => {
      const now = performance.now()
      if (progress.step !== step.number) {
        stop()
        step = { number: progress.step, startedAt: now, first: progress.position }
      }
      if (!isTerminal || now - startedAt < shownAfterMs) return
      const elapsedSec = Math.max(0.001, (now - step.startedAt) / 1000)
      const shown = {
        what: progress.step === 1 ? 'copying' : 'comparing',
        rate: Math.round(progress.events / elapsedSec),
      }
      const done = doneOf(progress, step.first)
      if (isShown) bar.update(done, shown)
      else {
        bar.start(partsOfWhole, done, shown)
        isShown = true
      }
    },
  }
}

/** By positions: how many events a ledger has is known only at its end. */
const doneOf = ({ position, end }: CopyProgress, first: bigint): number => {
  const whole = end - first
  if (whole <= 0n) return partsOfWhole
  const done = ((position - first) * BigInt(partsOfWhole)) / whole
  return Number(done > BigInt(partsOfWhole) ? BigInt(partsOfWhole) : done)
}
