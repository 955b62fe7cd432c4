import { closeSync, openSync, readSync, readdirSync, readlinkSync } from 'node:fs'
import type { OwnerProcess } from '../../../domain/events'
import { type ProcessStat, parseProcessStat } from './process-stat'

/** The processes of this pid namespace, read raw from `/proc` each time they are asked for. */
export type ProcessTable = {
  /** This namespace's inode number: pids of another one mean nothing here. */
  readonly pidNamespace: string
  readonly find: (pid: number) => ProcessStat | null
  readonly all: () => ReadonlyArray<ProcessStat>
  /** Whether `name=value` is in the environment that a process was started with; false: unreadable. */
  readonly hasEnvironment: (pid: number, entry: string) => boolean
}

/** The process table, or null when `/proc` belongs to another pid namespace: nothing can be judged. */
export const openProcessTable = (proc = '/proc'): ProcessTable | null => {
  const namespace = namespaceOf(proc)
  if (namespace === null) return null
  const find = (pid: number): ProcessStat | null => {
    const text = readRaw(`${proc}/${pid}/stat`)
    return text === null ? null : parseProcessStat(text.toString('latin1'))
  }
  return {
    pidNamespace: namespace,
    find,
    all: () =>
      readdirSync(proc)
        .filter((name) => /^\d+$/u.test(name))
        .map((name) => find(Number(name)))
        .filter((stat) => stat !== null),
    hasEnvironment: (pid, entry) => {
      const environment = readRaw(`${proc}/${pid}/environ`)
      return environment !== null && hasEntry(environment, Buffer.from(entry))
    },
  }
}

/** How a process is named in a grant, or null when it is no more. */
export const ownerProcessOf = (table: ProcessTable, pid: number): OwnerProcess | null => {
  const stat = table.find(pid)
  if (stat === null) return null
  return { pid, startTicks: stat.startTicks, pidNamespace: table.pidNamespace }
}

// `/proc/self` names us by the pid of the namespace that `/proc` was mounted for.
const namespaceOf = (proc: string): string | null => {
  try {
    if (readlinkSync(`${proc}/self`) !== String(process.pid)) return null
    return /\d+/u.exec(readlinkSync(`${proc}/self/ns/pid`))?.[0] ?? null
  } catch {
    return null
  }
}

const hasEntry = (environment: Buffer, entry: Buffer): boolean => {
  for (let at = environment.indexOf(entry); at >= 0; at = environment.indexOf(entry, at + 1)) {
    const endsAt = at + entry.length
    const begins = at === 0 || environment[at - 1] === 0
    if (begins && (endsAt === environment.length || environment[endsAt] === 0)) return true
  }
  return false
}

// Half the price of readFileSync, which matters for hundreds of files that tell no size.
const buffer = Buffer.allocUnsafe(64 * 1024)

const readRaw = (path: string): Buffer | null => {
  try {
    const descriptor = openSync(path, 'r')
    try {
      const chunks: Buffer[] = []
      for (;;) {
        const count = readSync(descriptor, buffer, 0, buffer.length, null)
        if (count === 0) return Buffer.concat(chunks)
        chunks.push(Buffer.from(buffer.subarray(0, count)))
      }
    } finally {
      closeSync(descriptor)
    }
  } catch {
    return null
  }
}
