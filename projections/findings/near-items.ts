import { mtaEventKinds } from '../../domain/mta-events'
import type { LogItem } from './log-items'
import type { ReadingRules } from './readings'
import { lastAtMost } from './sorted'

/** How a log is read, and whether every failure in it closes the link for the same time. */
export type NearRules = ReadingRules & { readonly isUniform: boolean }

/** Items that one episode can have at most: no origin is in it twice. */
const episodeItemsMax = mtaEventKinds.filter(({ rank }) => rank !== null).length

/**
 * Leaves out records without a name that lie so far from every record of the link that no verdict can
 * depend on them: their windows are over before the next dial that the log shows of the link, and its
 * episodes do not reach them. For that all windows must be alike, and no clock have been stepped, since
 * what was last before a dial then makes no difference. A log may have thousands of them, and they are
 * looked at for each of its links.
 */
export const nearItems = <A extends Pick<LogItem, 'atMs' | 'epoch' | 'isOptional'>>(
  items: ReadonlyArray<A>,
  rules: Omit<NearRules, 'waitOf'>,
): ReadonlyArray<A> => {
  const [first] = items
  const isOneEpoch = items.every(({ epoch }) => epoch === first?.epoch)
  if (!rules.isUniform || rules.numbersMax > 1 || !isOneEpoch) return items
  const { reachMs, dialTimeoutMs, resolutionMs } = rules
  const marginMs = reachMs + (episodeItemsMax + 1) * (dialTimeoutMs + resolutionMs)
  const named = items
    .flatMap((item) => (item.isOptional ? [] : [item.atMs]))
    .toSorted((one, other) => one - other)
  const isNear = (atMs: number): boolean => {
    const before = lastAtMost(named, (ms) => ms, atMs)
    const [last, next] = [named[before] ?? -Infinity, named[before + 1] ?? Infinity]
    return atMs - last <= marginMs || next - atMs <= marginMs
  }
  return items.filter((item) => !item.isOptional || isNear(item.atMs))
}
