import type { Fact, FactOf } from './fact'
import type { LinkWindows, OpenWindow } from './grant-windows'

/** What cannot be read of the site's policy, from which position on, and what accepted it. */
export type SiteDamage = {
  readonly position: number
  readonly revision: number
  readonly released: FactOf<'released'> | null
}

/** Everything that could not be read of the site's policy, in order (R16). */
export const siteDamageOf = (site: ReadonlyArray<Fact>): ReadonlyArray<SiteDamage> =>
  site.reduce<ReadonlyArray<SiteDamage>>((damage, fact) => {
    const { kind, position, revision } = fact
    if (kind === 'unreadable') return [...damage, { position, revision, released: null }]
    const latest = damage.at(-1)
    const past = kind === 'released' ? fact.past : null
    if (fact.kind !== 'released' || past === null || latest === undefined) return damage
    return past < latest.revision
      ? damage
      : damage.map((one) => (one.released === null ? { ...one, released: fact } : one))
  }, [])

/**
 * What a grant has to wait out besides, as the site's policy stands. A link that was there before a
 * release waits one interval from the refusal that says so. Without one, only the clock that the
 * release was written by tells how long it waited; by any other clock nobody can say.
 */
export const withSiteDamage = (
  windows: LinkWindows,
  damage: ReadonlyArray<SiteDamage>,
  grant: { readonly fact: FactOf<'grant'>; readonly index: number },
): LinkWindows => {
  const { fact, index } = grant
  const latest = damage.findLast((one) => one.position < fact.position)
  if (latest === undefined || windows.unreadable !== null) return windows
  const { released } = latest
  if (released !== null && released.position < fact.position) {
    if (windows.readableSince > released.position) return windows
    if (released.appended.clock === fact.appended.clock) {
      const open = [...windows.open, windowSince(released, windows, { fact, index })]
      return { ...windows, open, readableSince: fact.position }
    }
  }
  return { ...windows, unreadable: Infinity }
}

/** It lies at the grant, and has the age that the clock of both shows. */
const windowSince = (
  released: FactOf<'released'>,
  { failures }: LinkWindows,
  { fact, index }: { readonly fact: FactOf<'grant'>; readonly index: number },
): OpenWindow => ({
  windowId: released.id,
  kind: 'gentle',
  fact: { ...released, appended: fact.appended },
  origin: 'gate',
  code: null,
  index,
  lessCs: released.appended.cs - fact.appended.cs,
  since: released.position,
  failureNumber: Math.max(1, failures),
})
