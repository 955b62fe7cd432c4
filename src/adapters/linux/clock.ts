import { openSync, readFileSync, readSync } from 'node:fs'
import * as E from 'fp-ts/Either'
import type { Clock } from '../../ports/clock'
import { hasCode } from './has-code'
import { parseProcessStat } from './process-stat'

/** Why the clocks of this host cannot be read; `file` is the one that could not be. */
export type ClockError = {
  readonly _tag: 'ClockUnreadable'
  readonly file: string
  readonly why: string
}

/**
 * The clock of this kernel, or an error when `/proc` does not tell it. Boot id, offset and provider
 * cannot change while a process lives, so they are read once.
 */
export const openLinuxClock = (proc = '/proc'): E.Either<ClockError, Clock> => {
  try {
    const bootId = readText(`${proc}/sys/kernel/random/boot_id`).trim()
    const boottimeOffset = parseBoottimeOffset(readTextIfThere(`${proc}/self/timens_offsets`))
    const provider = providerOf(proc)
    const uptime = uptimeFile(`${proc}/uptime`)
    // Field by field: a spread would take as long as all the rest.
    const read = () => ({
      bootId,
      boottimeOffset,
      provider,
      uptimeCs: parseUptimeCs(uptime()),
      wall: new Date().toISOString(),
    })
    read()
    return E.right({ read })
  } catch (error) {
    return E.left({ _tag: 'ClockUnreadable', file: fileOf(error, proc), why: String(error) })
  }
}

/**
 * Centiseconds that `/proc/uptime` states, taken digit by digit: a float would round.
 *
 * @throws when the text is none of that file: a clock that cannot be read must not look like one.
 */
export const parseUptimeCs = (text: string): number => {
  const [, seconds, hundredths] = /^(\d+)\.(\d\d)\s/u.exec(text) ?? []
  if (seconds === undefined || hundredths === undefined) {
    throw new Error(`no uptime in ${JSON.stringify(text.slice(0, 40))}`)
  }
  return Number(seconds) * 100 + Number(hundredths)
}

/** Seconds and nanoseconds that a time namespace adds to CLOCK_BOOTTIME; `0 0` where there is none. */
export const parseBoottimeOffset = (timensOffsets: string): string => {
  const [, seconds, nanoseconds] = /^boottime\s+(-?\d+)\s+(-?\d+)$/mu.exec(timensOffsets) ?? []
  return `${seconds ?? '0'} ${nanoseconds ?? '0'}`
}

/** The mount that lies over `/proc/uptime`, such as `fuse.lxcfs 0:52 /proc/uptime`, or null. */
export const parseUptimeMount = (mountinfo: string): string | null => {
  const topmost = mountinfo
    .split('\n')
    .map((line) => line.split(' '))
    .filter((fields) => fields[4] === '/proc/uptime')
    .at(-1)
  if (topmost === undefined) return null
  return `${topmost[topmost.indexOf('-') + 1] ?? ''} ${topmost[2] ?? ''} ${topmost[3] ?? ''}`
}

// A faked uptime counts from the start of its container, so process 1 tells two of them apart.
const providerOf = (proc: string): string => {
  const mount = parseUptimeMount(readTextIfThere(`${proc}/self/mountinfo`))
  if (mount === null) return 'kernel'
  const first = parseProcessStat(readText(`${proc}/1/stat`))
  if (first === null) throw new Error(`${proc}/1/stat does not tell when process 1 started`)
  return `${mount} ${first.startTicks}`
}

/** What is kept open, one for each path: a process may open and close many ledgers. */
const opened = new Map<string, number>()

/** Reads the file from its start, each time anew; kept open, because opening it takes ten times longer. */
const uptimeFile = (path: string): (() => string) => {
  const descriptor = opened.get(path) ?? openSync(path, 'r')
  opened.set(path, descriptor)
  const buffer = Buffer.alloc(uptimeBytesMax)
  return () => buffer.toString('latin1', 0, readSync(descriptor, buffer, 0, uptimeBytesMax, 0))
}

/** Two numbers of seconds; no kernel prints more. */
const uptimeBytesMax = 128

const readText = (path: string): string => readFileSync(path, 'latin1')

const readTextIfThere = (path: string): string => {
  try {
    return readText(path)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return ''
    throw error
  }
}

const fileOf = (error: unknown, otherwise: string): string =>
  typeof error === 'object' && error !== null && 'path' in error ? String(error.path) : otherwise
