import type { LogItem } from './log-items'
import { exempts, intervalSecUnder, versionsDuring, type PolicyVersion } from './policy-versions'
import type { Episode, EpisodeWait } from './readings'
import type { RequiredBy } from './report'
import { lastAtMost } from './sorted'

/** How long an episode in a log closed its link, and where that was taken from. */
export type RequiredByLog = EpisodeWait & { readonly by: RequiredBy; readonly least: Found }

/** What tells the interval of imported history; `versions` by effective time. */
export type LogPolicies = {
  readonly versions: ReadonlyArray<PolicyVersion>
  readonly openIntervalSec: number | null
  /** The link's timer events that state seconds, oldest first. */
  readonly timers: ReadonlyArray<LogItem>
  /** What timer events without a name state that may be the link's. */
  readonly unassignedSec: ReadonlyArray<number>
}

/** Open Interval of the Exchange MTA's Messaging Defaults (KB Q234157, Q157630). */
const assumedSec = 600

/** How long an episode closed its link to a dial that was made not later than `untilMs`. */
export const requiredByLog = (
  policies: LogPolicies,
  episode: Episode,
  untilMs: number,
): RequiredByLog => {
  const { versions, openIntervalSec } = policies
  if (openIntervalSec !== null) return always(openIntervalSec, '--open-interval')
  const inForce = versionsDuring(versions, episode.firstMs, untilMs)
  const chosen = inForce.filter((version) => version.setsInterval)
  const longest = chosen.map(({ policy }) => intervalSecUnder(policy, episode.failureNumber))
  const { most, least } =
    longest.length > 0
      ? only({ sec: Math.max(...longest), by: 'policy' })
      : range(policies, episode)
  const isExempt = inForce.length > 0 && inForce.every(({ policy }) => isExemptBy(policy, episode))
  return {
    sec: isExempt ? 0 : most.sec,
    unexempted: most.sec,
    by: most.by,
    least: isExempt ? { ...least, sec: 0 } : least,
  }
}

type Found = { readonly sec: number; readonly by: RequiredBy }

type FoundRange = { readonly most: Found; readonly least: Found }

const only = (found: Found): FoundRange => ({ most: found, least: found })

const always = (sec: number, by: RequiredBy): RequiredByLog => ({
  ...{ sec, unexempted: sec, by },
  least: { sec, by },
})

/** The link's latest timer may be one without a name: then the window is as long as that says, too. */
const range = (policies: LogPolicies, episode: Episode): FoundRange => {
  const found = loggedSec(policies, episode)
  if (found.by === 'own-301') return only(found)
  const most = Math.max(found.sec, ...policies.unassignedSec)
  const least = Math.min(found.sec, ...policies.unassignedSec)
  return {
    most: most === found.sec ? found : { sec: most, by: 'link-301' },
    least: least === found.sec ? found : { sec: least, by: 'link-301' },
  }
}

const loggedSec = ({ timers }: LogPolicies, episode: Episode): Found => {
  const own = episode.items.findLast((item) => item.seconds !== null)?.seconds
  if (typeof own === 'number') return { sec: own, by: 'own-301' }
  const latest = timers[lastAtMost(timers, (item) => item.atMs, episode.lastMs)] ?? timers[0]
  return typeof latest?.seconds === 'number'
    ? { sec: latest.seconds, by: 'link-301' }
    : { sec: assumedSec, by: 'assumed' }
}

const isExemptBy = (policy: PolicyVersion['policy'], { items }: Episode): boolean =>
  items.every(({ fact }) => !('origin' in fact) || exempts(policy, fact))
