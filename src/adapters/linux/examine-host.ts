import { readFileSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { ClockReading } from '../../../domain/time'

/** Something about this host, and how much it endangers a ledger's promises. */
export type HostFinding = {
  readonly check: string
  readonly level: 'ok' | 'warning' | 'danger'
  readonly what: string
  readonly next: string | null
}

/** TMPFS_MAGIC and RAMFS_MAGIC of Linux `include/uapi/linux/magic.h`. */
const volatileFileSystems = new Map([
  [0x01021994, 'tmpfs'],
  [0x858458f6, 'ramfs'],
])

/** OVERLAYFS_SUPER_MAGIC of Linux `include/uapi/linux/magic.h`: a container's own layer. */
const overlayMagic = 0x794c7630

/** Looks at the disk that a ledger's file is on. */
export const examineLinuxFile = (path: string): HostFinding =>
  fileSystemFinding(statfsSync(dirname(path)).type)

/** Looks at the clock and the container that dials are made in. */
export const examineLinuxHost = (now: ClockReading): ReadonlyArray<HostFinding> => [
  clockFinding(now),
  namespaceFinding(nameOfInit()),
  wallFinding(now),
]

const fileSystemFinding = (magic: number): HostFinding => {
  const volatile = volatileFileSystems.get(magic)
  if (volatile !== undefined) {
    return {
      check: 'file-system',
      level: 'danger',
      what: `the ledger is on ${volatile}: a reboot forgets every wait`,
      next: 'move it to a disk',
    }
  }
  return magic === overlayMagic
    ? {
        check: 'file-system',
        level: 'danger',
        what: "the ledger is in a container's own layer: it goes with the container",
        next: 'mount a volume for it, with its locks',
      }
    : { check: 'file-system', level: 'ok', what: 'the ledger is on a local disk', next: null }
}

const clockFinding = (now: ClockReading): HostFinding =>
  now.provider === 'kernel'
    ? { check: 'clock', level: 'ok', what: 'the boot clock is the kernel\u2019s', next: null }
    : {
        check: 'clock',
        level: 'warning',
        what: `/proc/uptime is mounted over (${now.provider}): each container waits by itself`,
        next: 'nothing, or remove the mount',
      }

/** Name of process 1; it may be hidden from other users (`hidepid`). */
const nameOfInit = (): string | null => {
  try {
    return readFileSync('/proc/1/comm', 'utf8').trim()
  } catch {
    return null
  }
}

const initNames: ReadonlySet<string> = new Set(['systemd', 'init', 'launchd', 'openrc-init'])

const namespaceFinding = (init: string | null): HostFinding =>
  init === null || initNames.has(init)
    ? { check: 'container', level: 'ok', what: `process 1 is ${init ?? 'hidden'}`, next: null }
    : {
        check: 'container',
        level: 'warning',
        what: `process 1 is ${init}: this looks like a container`,
        next: 'let all that dial a link share the ledger\u2019s folder with its locks',
      }

/** 2020-01-01: a wall clock before that was never set. */
const wallSaneMs = Date.UTC(2020, 0, 1)

const wallFinding = (now: ClockReading): HostFinding =>
  Date.parse(now.wall) > wallSaneMs
    ? { check: 'wall-clock', level: 'ok', what: `it reads ${now.wall}`, next: null }
    : {
        check: 'wall-clock',
        level: 'warning',
        what: `it reads ${now.wall}: waits are right, times in reports are not`,
        next: 'set the clock',
      }
