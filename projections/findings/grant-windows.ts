import type { Attempt } from './attempts'
import type { EventFact, FactOf } from './fact'

/** One piece of evidence that a dial has to wait out. `index` is the event that its age runs from. */
export type OpenWindow = {
  readonly windowId: string
  readonly kind: 'failure' | 'gentle' | 'not-started'
  readonly fact: EventFact
  readonly origin: string
  readonly code: number | null
  readonly index: number
  /** Taken off its age: an abandoned attempt ages from its grant less the dial timeout (R5). */
  readonly lessCs: number
  /** Intervals in force from this position on count (R11). */
  readonly since: number
  readonly failureNumber: number
}

/** What the events of a link say so far about the next dial. */
export type LinkWindows = {
  readonly failures: number
  readonly open: ReadonlyArray<OpenWindow>
  readonly waived: string | null
  /** Revision of an event that cannot be read; null: there is none that nobody accepted. */
  readonly unreadable: number | null
  /** Position since which nothing unreadable was accepted: the link's first event, or a release. */
  readonly readableSince: number
  /** Numbers of the failed attempts. */
  readonly failed: ReadonlyMap<string, number>
}

/** A link without a past. */
export const noWindows: LinkWindows = {
  failures: 0,
  open: [],
  waived: null,
  unreadable: null,
  readableSince: 0,
  failed: new Map(),
}

/** One event of a link, with its index in the link's stream, and the link's attempts. */
export type LinkStep<F extends EventFact = EventFact> = {
  readonly fact: F
  readonly index: number
  readonly attempts: ReadonlyMap<string, Attempt>
}

/** What the next dial has to wait out after one more event. */
export const afterEvent = (windows: LinkWindows, step: LinkStep): LinkWindows => {
  const { fact } = step
  switch (fact.kind) {
    case 'evidence':
      return afterFailure(windows, { ...step, fact })
    case 'ended':
      return afterEnd(windows, { ...step, fact })
    case 'not-started':
      return afterNotStarted(windows, { ...step, fact })
    case 'abandoned':
      return afterAbandonment(windows, fact.attempt, step.attempts)
    case 'waived':
      return isWaivable(windows, { ...step, fact })
        ? { ...windows, waived: fact.windowId }
        : windows
    case 'released':
      return afterRelease(windows, { ...step, fact })
    case 'site-released':
      return withReleased(windows, { ...step, fact })
    default:
      return windows
  }
}

type Failure = FactOf<'evidence'> | FactOf<'ended'>

const attemptOf = (step: LinkStep): Attempt | undefined => {
  const { fact } = step
  return fact.attempt === null || fact.source.kind === 'import'
    ? undefined
    : step.attempts.get(fact.attempt)
}

const afterFailure = (windows: LinkWindows, step: LinkStep<Failure>): LinkWindows => {
  const { fact, index } = step
  const attempt = attemptOf(step)
  const number = failureNumberOf(windows, step, attempt)
  const window: OpenWindow = {
    windowId: attempt?.grant.id ?? fact.episode ?? importedWindowOf(windows, fact) ?? fact.id,
    kind: 'failure',
    fact,
    origin: fact.origin,
    code: fact.code,
    index,
    lessCs: 0,
    since: attempt?.grant.position ?? sinceOf(windows, fact),
    failureNumber: Math.max(1, number),
  }
  const failed = attempt === undefined ? windows.failed : withFailed(windows, attempt, number)
  return { ...withEpisode(windows, window), failures: Math.max(windows.failures, number), failed }
}

/** Imported evidence that follows imported evidence is of its window: it ages from its append. */
const importedWindowOf = (windows: LinkWindows, fact: Failure): string | null => {
  const last = windows.open.at(-1)
  return fact.source.kind === 'import' && last?.fact.source.kind === 'import' ? last.windowId : null
}

const sinceOf = (windows: LinkWindows, fact: Failure): number =>
  windows.open.find((window) => window.windowId === fact.episode)?.since ?? fact.position

/** An attempt counts once; evidence without one counts unless it names its window or is imported. */
const failureNumberOf = (
  windows: LinkWindows,
  { fact }: LinkStep<Failure>,
  attempt: Attempt | undefined,
): number => {
  if (attempt !== undefined) return windows.failed.get(attempt.grant.id) ?? windows.failures + 1
  const counts = fact.source.kind !== 'import' && typeof fact.episode !== 'string'
  return counts ? windows.failures + 1 : windows.failures
}

const failedKeptMax = 16

const withFailed = (windows: LinkWindows, attempt: Attempt, number: number) =>
  new Map([...windows.failed, [attempt.grant.id, number] as const].slice(-failedKeptMax))

/** Adds a window; a waiver dies when a new episode begins (R12). */
const withEpisode = (windows: LinkWindows, window: OpenWindow): LinkWindows => ({
  ...windows,
  open: [...windows.open, window],
  waived: windows.waived === window.windowId ? windows.waived : null,
})

const afterEnd = (windows: LinkWindows, step: LinkStep<FactOf<'ended'>>): LinkWindows => {
  const { fact } = step
  const attempt = attemptOf(step)
  const isReset = fact.resets && attempt !== undefined
  const begun = isReset ? { ...windows, failures: 0, failed: new Map<string, number>() } : windows
  if (fact.abnormal) return afterFailure(begun, step)
  return fact.window === 'none' || fact.window === 'failure'
    ? begun
    : withEpisode(begun, gentleWindow(begun, step))
}

type Released = FactOf<'released'> | FactOf<'site-released'>

const gentleWindow = (
  windows: LinkWindows,
  step: LinkStep<FactOf<'ended'> | Released>,
): OpenWindow => {
  const attempt = attemptOf(step)
  const { fact } = step
  return {
    windowId: attempt?.grant.id ?? fact.id,
    kind: 'gentle',
    fact,
    origin: 'origin' in fact ? fact.origin : 'gate',
    code: 'code' in fact ? fact.code : null,
    index: step.index,
    lessCs: 0,
    since: attempt?.grant.position ?? fact.position,
    failureNumber: Math.max(1, windows.failures),
  }
}

const afterNotStarted = (
  windows: LinkWindows,
  step: LinkStep<FactOf<'not-started'>>,
): LinkWindows => {
  const { fact, index } = step
  const attempt = attemptOf(step)
  if (attempt?.neverStarted === false) {
    const { origin, code } = fact
    return afterFailure(windows, {
      ...step,
      fact: { ...fact, kind: 'evidence', origin, code, candidates: [] },
    })
  }
  const counts = fact.counts && fact.source.kind !== 'import'
  const window: OpenWindow = {
    windowId: attempt?.grant.id ?? fact.episode ?? fact.id,
    kind: 'not-started',
    fact,
    origin: fact.origin,
    code: fact.code,
    index,
    lessCs: 0,
    since: attempt?.grant.position ?? fact.position,
    failureNumber: 1,
  }
  const failures = counts ? windows.failures + 1 : windows.failures
  return { ...windows, open: [...windows.open, window], failures }
}

/** What the next dial has to wait out of an attempt that nothing settled in time (R5). */
export const afterAbandonment = (
  windows: LinkWindows,
  attemptId: string | null,
  attempts: ReadonlyMap<string, Attempt>,
): LinkWindows => {
  const attempt = attemptId === null ? undefined : attempts.get(attemptId)
  if (attempt === undefined) return windows
  const { grant, grantIndex } = attempt
  const number = windows.failed.get(grant.id) ?? windows.failures + 1
  const window: OpenWindow = {
    windowId: grant.id,
    kind: 'failure',
    fact: grant,
    origin: 'gate',
    code: null,
    index: grantIndex,
    lessCs: Math.ceil(grant.dialTimeoutSec * 100),
    since: grant.position,
    failureNumber: number,
  }
  const failed = withFailed(windows, attempt, number)
  return { ...withEpisode(windows, window), failures: Math.max(windows.failures, number), failed }
}

/** A waiver names an open window; one that names a dial still under way reaches nothing (R12). */
const isWaivable = (windows: LinkWindows, step: LinkStep<FactOf<'waived'>>): boolean => {
  const { fact, attempts } = step
  if (windows.open.some((window) => window.windowId === fact.windowId)) return true
  const attempt = attempts.get(fact.windowId)
  if (attempt === undefined) return false
  const { appended, dialTimeoutSec } = attempt.grant
  const passedMs =
    appended.clock === fact.appended.clock
      ? (fact.appended.cs - appended.cs) * 10
      : fact.appended.ms - appended.ms
  return passedMs >= dialTimeoutSec * 1000
}

const afterRelease = (windows: LinkWindows, step: LinkStep<FactOf<'released'>>): LinkWindows => {
  const { past } = step.fact
  const released = { ...windows, failures: 0 }
  return past === null || windows.unreadable === null || past < windows.unreadable
    ? released
    : withReleased({ ...released, unreadable: null }, step)
}

/** What could not be read is accepted after one full interval from here on (R16). */
const withReleased = (windows: LinkWindows, step: LinkStep<Released>): LinkWindows => ({
  ...withEpisode(windows, gentleWindow(windows, step)),
  readableSince: step.fact.position,
})
