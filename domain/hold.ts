import type { DialingState } from './dialing-state'
import type { Hold, SitePolicy } from './policy-timeline'

/**
 * The hold of the whole ledger, as far as it keeps this link from being dialed: one of its own
 * releases that came later lifts it for this link alone, also for a link that nothing is known of.
 */
export const siteHoldOn = (
  site: Pick<SitePolicy, 'held'>,
  state: Pick<DialingState, 'releasedAt'>,
): Hold | null => {
  if (site.held === null || state.releasedAt > site.held.position) return null
  const { by, reason, at } = site.held
  return { by, reason, at }
}

/** The hold in force on a link: its own, else that of the whole ledger; null: it is not held. */
export const holdOn = (
  site: Pick<SitePolicy, 'held'>,
  state: Pick<DialingState, 'held' | 'releasedAt'>,
): Hold | null => state.held ?? siteHoldOn(site, state)
