import type { ClockReading } from '../../domain/time'
import type { Clock } from '../../src/ports/clock'
import type { Liveness } from '../../src/ports/liveness'

/** A host that a process plays: its name, its boot, and how far its wall clock is off. */
export type SimulatedHost = {
  readonly name: string
  readonly boot: number
  readonly skewSec: number
}

/** Centiseconds of the machine's own clock, which all processes share: the true time. */
export const trueCs = (): number => Number(process.hrtime.bigint() / 10_000_000n)

const bootIdOf = ({ name, boot }: Pick<SimulatedHost, 'name' | 'boot'>): string =>
  `boot-${name}-${boot}`

/** Uptime at the true time 0: other for each boot, so that no two of them can be compared. */
const uptimeAtZero = ({ boot }: SimulatedHost): number => boot * 1_000_003

/** The clock of a simulated host: it goes as the machine's does. */
export const simulatedClock = (host: SimulatedHost): Clock => ({
  read: (): ClockReading => ({
    bootId: bootIdOf(host),
    boottimeOffset: '0 0',
    provider: 'kernel',
    uptimeCs: trueCs() + uptimeAtZero(host),
    wall: new Date(Date.now() + host.skewSec * 1000).toISOString(),
  }),
})

/**
 * What a host can tell of an attempt: of its own whether this process still looks after it, of one of
 * an earlier boot that it is gone, of another host's nothing.
 */
export const simulatedLiveness = (
  host: SimulatedHost,
  isOwn: (attempt: string) => boolean,
): Liveness => ({
  judge: (_link, { attempt, granted, host: name }) => {
    if (name !== host.name) return Promise.resolve('unknown')
    const isHere = granted.bootId === bootIdOf(host)
    return Promise.resolve(isHere && isOwn(attempt) ? 'alive' : 'gone')
  },
})
