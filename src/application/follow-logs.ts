import { watch } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { LinkId } from '../../domain/link-id'
import type { AppendError } from '../ports/event-store'
import { importGrowth, isChanging, notYetFollowed, type FollowedLog } from './follow-log'
import type { ImportInto } from './import-log'
import type { ImportOutcome } from './import-log-outcome'
import type { Stop } from './stop'

/** The logs to follow, and whom to tell of what is imported. */
export type FollowRequest = {
  readonly paths: ReadonlyArray<string>
  readonly stop: Pick<Stop, 'requested' | 'stopped'>
  readonly onOutcome: (outcome: ImportOutcome) => void
}

/** What was imported until it ended; `error`: what ended it, null where it was asked to. */
export type Followed = {
  readonly events: number
  readonly mustWait: ReadonlyArray<LinkId>
  readonly error: AppendError | null
}

/** How often a log is looked at when nobody tells of a change, and how long a pause in it lasts. */
const pollMs = 5_000
const pauseMs = 500

/** Imports what logs have more of until it is asked to end; then what is left of them. */
export const followLogs = async (into: ImportInto, request: FollowRequest): Promise<Followed> => {
  const logs = request.paths.map(notYetFollowed)
  const alarm = alarmFor(request.paths)
  const mustWait = new Set<LinkId>()
  let events = 0
  try {
    for (;;) {
      const isLast = request.stop.requested() !== null
      for (const outcome of await growthOf(into, logs, isLast)) {
        request.onOutcome(outcome)
        events += outcome.logs.reduce((sum, log) => sum + log.events, 0)
        for (const link of outcome.mustWait) mustWait.add(link)
        if (outcome.error?._tag === 'Denied')
          return { events, mustWait: [...mustWait], error: outcome.error }
      }
      if (isLast) return { events, mustWait: [...mustWait], error: null }
      if (!logs.some(isChanging)) await alarm.changed(pollMs, request.stop.stopped)
      await alarm.slept(pauseMs, request.stop.stopped)
    }
  } finally {
    alarm.close()
    for (const { file } of logs) await file?.close()
  }
}

const growthOf = async (
  into: ImportInto,
  logs: ReadonlyArray<FollowedLog>,
  isLast: boolean,
): Promise<ReadonlyArray<ImportOutcome>> => {
  const outcomes: ImportOutcome[] = []
  for (const log of logs) outcomes.push(...(await importGrowth(into, log, isLast)))
  return outcomes
}

/** Waits for changes of files, for a time at most. */
type Alarm = {
  readonly changed: (ms: number, stopped: Promise<void>) => Promise<void>
  readonly slept: (ms: number, stopped: Promise<void>) => Promise<void>
  readonly close: () => void
}

/** Watches the folders, since a rotated log is another file; where that is not possible it only polls. */
const alarmFor = (paths: ReadonlyArray<string>): Alarm => {
  const names = new Set(paths.map((path) => basename(path)))
  let isPending = false
  let wake: () => void = () => undefined
  const ring = (name: string | null): void => {
    if (name !== null && !names.has(name)) return
    isPending = true
    wake()
  }
  const watchers = [...new Set(paths.map(dirname))].flatMap((folder) => watcherOf(folder, ring))
  const within = async (ms: number, wakes: ReadonlyArray<Promise<void>>): Promise<void> => {
    let timer: NodeJS.Timeout | undefined
    const over = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)))
    await Promise.race([over, ...wakes])
    clearTimeout(timer)
  }
  return {
    changed: async (ms, stopped) => {
      const woken = new Promise<void>((resolve) => (wake = resolve))
      if (!isPending) await within(ms, [woken, stopped])
      isPending = false
    },
    slept: (ms, stopped) => within(ms, [stopped]),
    close: () => {
      for (const watcher of watchers) watcher.close()
    },
  }
}

const watcherOf = (
  folder: string,
  ring: (name: string | null) => void,
): ReadonlyArray<ReturnType<typeof watch>> => {
  try {
    const watcher = watch(folder, (_event, name) => ring(name))
    watcher.on('error', () => watcher.close())
    return [watcher]
  } catch {
    return []
  }
}
