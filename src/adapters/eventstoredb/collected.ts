import type { ResolvedEvent, StreamingRead } from '@eventstore/db-client'
import { OwnTimeout } from './own-timer'

/** Everything that a read brings, unless it stays silent for too long. It never outlives this call. */
export const collected = async <Resolved extends Pick<ResolvedEvent, 'event'>>(
  read: StreamingRead<Resolved>,
  silenceMaxMs: number,
): Promise<ReadonlyArray<NonNullable<Resolved['event']>>> => {
  const events: NonNullable<Resolved['event']>[] = []
  let timer: NodeJS.Timeout | undefined
  const state = { isOver: false }
  try {
    await new Promise<void>((resolve, reject) => {
      timer = setTimeout(
        () => reject(new OwnTimeout(`silence for ${silenceMaxMs} ms`)),
        silenceMaxMs,
      )
      read.on('data', ({ event }: Resolved) => {
        timer?.refresh()
        if (event !== undefined) events.push(event)
      })
      // Stays for as long as the read: an error that nobody listens to would end the process.
      read.on('error', reject)
      read.on('end', () => {
        state.isOver = true
        resolve()
      })
    })
  } finally {
    clearTimeout(timer)
    if (!state.isOver) void read.cancel().catch(() => undefined)
  }
  return events
}
