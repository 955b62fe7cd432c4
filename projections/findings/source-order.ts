import { evidenceRanks, isEpisodeEventType } from '../../domain/episode'
import { statedOrSeenMs, type EventFact, type FactOf } from './fact'

/** A fact at its place in its source. */
export type PlacedFact = {
  readonly fact: EventFact
  readonly atMs: number
  /** How many clock steps the source shows before it. */
  readonly epoch: number
  /** From when on the source is known to have missed nothing up to this fact. */
  readonly coveredFromMs: number
}

/** Everything that one source says, and the runs that read it. */
export type SourceFacts = {
  readonly facts: ReadonlyArray<EventFact>
  readonly reads: ReadonlyArray<FactOf<'read'>>
}

/**
 * The facts of one source, oldest first: by record within a file, since real clocks step back, what
 * was recovered before what the log holds; by stamp between files, since the same records may come in
 * several exports.
 */
export const inSourceOrder = ({ facts, reads }: SourceFacts): ReadonlyArray<PlacedFact> => {
  const files = new Map<string, EventFact[]>()
  for (const fact of facts) {
    const file = files.get(fact.source.file)
    if (file === undefined) files.set(fact.source.file, [fact])
    else file.push(fact)
  }
  const ordered = [...files].map(([file, inFile]) =>
    inFileOrder(
      inFile,
      reads.find((read) => read.data.fileHash === file),
    ),
  )
  return placed(mergedByStamp(ordered), reads)
}

const inFileOrder = (
  facts: ReadonlyArray<EventFact>,
  read: FactOf<'read'> | undefined,
): ReadonlyArray<EventFact> => {
  const direction = read?.data.order === 'newest-first' ? -1 : 1
  return facts.toSorted(
    (a, b) =>
      Number(b.source.isRecovered) - Number(a.source.isRecovered) ||
      direction * (recordOf(a) - recordOf(b)) ||
      Number(b.kind === 'step') - Number(a.kind === 'step') ||
      stampOf(a) - stampOf(b) ||
      a.position - b.position,
  )
}

const recordOf = (fact: EventFact): number =>
  (fact.kind === 'step' ? fact.record : null) ?? fact.source.record ?? 0

const stampOf = (fact: EventFact): number =>
  fact.kind === 'step' ? fact.toMs : statedOrSeenMs(fact)

const rankOf = ({ type }: EventFact): number =>
  isEpisodeEventType(type) ? evidenceRanks[type] : -1

const mergedByStamp = (
  files: ReadonlyArray<ReadonlyArray<EventFact>>,
): ReadonlyArray<EventFact> => {
  const [only] = files
  if (files.length === 1 && only !== undefined) return only
  const cursors = files.map((facts) => ({ facts, at: 0 }))
  const merged: EventFact[] = []
  for (;;) {
    let next: { readonly fact: EventFact; readonly cursor: { at: number } } | null = null
    for (const cursor of cursors) {
      const fact = cursor.facts[cursor.at]
      if (fact !== undefined && (next === null || comesBefore(fact, next.fact))) {
        next = { fact, cursor }
      }
    }
    if (next === null) return merged
    next.cursor.at += 1
    merged.push(next.fact)
  }
}

const comesBefore = (fact: EventFact, other: EventFact): boolean => {
  const difference = stampOf(fact) - stampOf(other) || rankOf(fact) - rankOf(other)
  return difference < 0 || (difference === 0 && fact.id < other.id)
}

/** Counts clock steps and finds out from when on nothing is missing. */
const placed = (
  facts: ReadonlyArray<EventFact>,
  reads: ReadonlyArray<FactOf<'read'>>,
): ReadonlyArray<PlacedFact> => {
  const starts = segmentStarts(reads)
  const gapsBeforeFact = gapsBeforeOf(reads)
  const result: PlacedFact[] = []
  let epoch = 0
  let gaps = 0
  let resumedMs = -Infinity
  for (const fact of facts) {
    const atMs = stampOf(fact)
    if (fact.kind === 'step') {
      epoch += 1
      continue
    }
    if (fact.source.isRecovered) {
      result.push({ fact, atMs, epoch, coveredFromMs: atMs })
      continue
    }
    const gapsBefore = gapsBeforeFact(fact)
    if (gapsBefore > gaps) resumedMs = atMs
    gaps = Math.max(gaps, gapsBefore)
    const earliestMs = reads.length === 0 ? stampOf(facts[0] ?? fact) : atMs
    const startMs = starts.findLast((start) => start <= atMs) ?? earliestMs
    result.push({ fact, atMs, epoch, coveredFromMs: Math.max(startMs, resumedMs) })
  }
  return result
}

/** Where each stretch of time that the source was read for begins. */
const segmentStarts = (reads: ReadonlyArray<FactOf<'read'>>): ReadonlyArray<number> => {
  const spans = reads
    .flatMap(({ data: { from, to } }) =>
      from === null || to === null ? [] : [{ fromMs: Date.parse(from), toMs: Date.parse(to) }],
    )
    .toSorted((a, b) => a.fromMs - b.fromMs)
  const starts: number[] = []
  let reachMs = -Infinity
  for (const { fromMs, toMs } of spans) {
    if (fromMs > reachMs) starts.push(fromMs)
    reachMs = Math.max(reachMs, toMs)
  }
  return starts
}

/** How many gaps in the record numbers of its file lie before a fact. */
type GapsBefore = (fact: EventFact) => number

/** Gaps are sorted once: a damaged log may have thousands, and as many facts. */
const gapsBeforeOf = (reads: ReadonlyArray<FactOf<'read'>>): GapsBefore => {
  const gapsOf = new Map<string, (record: number) => number>()
  for (const { data } of reads) {
    if (data.gaps.length === 0 || gapsOf.has(data.fileHash)) continue
    const sign = data.order === 'newest-first' ? -1 : 1
    const ends = data.gaps
      .map(([one, other]) => Math.max(sign * one, sign * other))
      .toSorted((a, b) => a - b)
    gapsOf.set(data.fileHash, (record) => countUpTo(ends, sign * record))
  }
  return ({ source: { file, record } }) => (record === null ? 0 : (gapsOf.get(file)?.(record) ?? 0))
}

/** How many of some sorted numbers are at most another. */
const countUpTo = (sorted: ReadonlyArray<number>, most: number): number => {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] ?? Infinity) <= most) low = middle + 1
    else high = middle
  }
  return low
}
