import type { Clock } from '../ports/clock'

/** A wait by uptime: `until` centiseconds, or until one of `wakes` resolves. */
export type BootSleep = {
  readonly clock: Clock
  readonly untilCs: number
  readonly wakes: ReadonlyArray<Promise<unknown>>
}

/** Longest single timer: they stand still while the host is suspended, uptime does not. */
const timerMsMax = 5_000
const nearMs = 10_000
const nearTimerMsMax = 1_000

/** Sleeps on the boot clock, so that a night in suspension counts. */
export const sleepUntil = async ({ clock, untilCs, wakes }: BootSleep): Promise<void> => {
  const seen = { wake: false }
  let nudge = (): void => undefined
  const stopMoved = clock.moved?.(() => nudge())
  const woken = Promise.race(wakes).then(() => {
    seen.wake = true
  })
  for (;;) {
    const leftMs = (untilCs - clock.read().uptimeCs) * 10
    if (leftMs <= 0 || seen.wake) break
    const timerMs = Math.min(leftMs, leftMs > nearMs ? timerMsMax : nearTimerMsMax)
    let timer: NodeJS.Timeout | undefined
    const elapsed = new Promise<void>((resolve) => {
      nudge = resolve
      timer = setTimeout(resolve, timerMs)
    })
    await Promise.race([elapsed, woken])
    clearTimeout(timer)
  }
  stopMoved?.()
}
