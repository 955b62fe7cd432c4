/**
 * The order of the evidence of one failed dial: RAS error, connection error, end of the association,
 * open failure, then the retry timer that closes it. KB Q150927 prints 9311, 1028, 1294, 289; KB
 * Q157630 ends with 301.
 */
export const evidenceRanks = {
  RasErrorOccurred: 0,
  ConnectionErrorOccurred: 1,
  AssociationEnded: 2,
  ConnectionOpenFailed: 3,
  RetryDelayStarted: 4,
} as const

/** Event types that are part of an episode. */
export type EpisodeEventType = keyof typeof evidenceRanks

/** Whether an event type is part of an episode. */
export const isEpisodeEventType = (type: string): type is EpisodeEventType =>
  Object.hasOwn(evidenceRanks, type)

/**
 * One piece of an episode. `key` is what must not repeat (the origin, such as `mta:4284`); `atMs` is
 * its stamp; between two of different `epoch` the clock was stepped.
 */
export type EpisodeItem = {
  readonly type: EpisodeEventType
  readonly key: string
  readonly atMs: number
  readonly epoch: number
}

/** How stamps are read: the true time lies in `[atMs, atMs + resolutionMs)`. */
export type EpisodeGrammar = { readonly dialTimeoutMs: number; readonly resolutionMs: number }

/** Milliseconds within which the order of records means nothing: Q157630 prints 1294 before 4284. */
export const orderMeansNothingMs = 3000

/** Whether an item is of the episode, of the next one, or can be of either. */
export type Place = 'same' | 'next' | 'either'

/**
 * Where an item belongs that follows an episode in its source. A repeated origin, a later step back
 * or a gap over the dial timeout begins the next one. An open failure later than the end of an
 * association may be a redial's, so it can be of either.
 */
export const placeOf = (
  episode: ReadonlyArray<EpisodeItem>,
  item: EpisodeItem,
  grammar: EpisodeGrammar,
): Place => {
  const [first] = episode
  if (first === undefined || first.epoch !== item.epoch) return 'next'
  if (episode.some((other) => other.key === item.key || isStepBack(other, item))) return 'next'
  const gapMs = item.atMs - Math.max(...episode.map((other) => other.atMs))
  if (gapMs >= grammar.dialTimeoutMs + grammar.resolutionMs) return 'next'
  if (gapMs > grammar.dialTimeoutMs - grammar.resolutionMs) return 'either'
  return episode.some((other) => isDropBefore(other, item)) ? 'either' : 'same'
}

const isStepBack = (earlier: EpisodeItem, later: EpisodeItem): boolean =>
  evidenceRanks[earlier.type] > evidenceRanks[later.type] && isMuchLater(earlier, later)

const isDropBefore = (earlier: EpisodeItem, later: EpisodeItem): boolean =>
  earlier.type === 'AssociationEnded' &&
  later.type === 'ConnectionOpenFailed' &&
  isMuchLater(earlier, later)

const isMuchLater = (earlier: EpisodeItem, later: EpisodeItem): boolean =>
  later.atMs - earlier.atMs > orderMeansNothingMs

/** What an episode shows: a dial that failed, a drop without a dial, or only a retry timer. */
export type EpisodeShape = {
  readonly kind: 'dial' | 'drop' | 'timer'
  /** Only an open failure bounds when its dial began: an association may have been up for days. */
  readonly isOpenFailure: boolean
}

/** What an episode shows. The dial error 9309 (KB Q232389) is an open failure as 289 is. */
export const shapeOf = (
  episode: ReadonlyArray<Pick<EpisodeItem, 'type' | 'key'>>,
): EpisodeShape => {
  const failing = episode.filter((item) => item.type !== 'RetryDelayStarted')
  if (failing.length === 0) return { kind: 'timer', isOpenFailure: false }
  if (failing.every((item) => item.type === 'AssociationEnded')) {
    return { kind: 'drop', isOpenFailure: false }
  }
  const isOpenFailure = failing.some(
    (item) => item.type === 'ConnectionOpenFailed' || item.key === 'mta:9309',
  )
  return { kind: 'dial', isOpenFailure }
}
