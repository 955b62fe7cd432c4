import * as E from 'fp-ts/Either'
import type {
  EvidenceSpool,
  PlacedEvidence,
  SpooledEvidence,
  SpoolOrder,
  StoredId,
} from '../../ports/evidence-spool'

/** Some 600 MB. */
const evidenceMax = 2_000_000

/** A spool in memory: for a ledger that lies there too, and for tests. */
export const memoryEvidenceSpool = (): EvidenceSpool => {
  const added: SpooledEvidence[] = []
  let groups: ReadonlyMap<string, ReadonlyArray<PlacedEvidence>> = new Map()
  const stored = new Map<string, Map<string, StoredId>>()
  return {
    evidenceMax,
    add: (evidence) => void added.push(evidence),
    arrange: (order) => {
      groups = groupsOf(inLogOrder(added, order))
      return E.right(undefined)
    },
    read: ({ part, link, from, limit }) =>
      E.right((groups.get(groupOf({ part, link })) ?? []).slice(from, from + limit)),
    remember: (stream, ids) => {
      const known = stored.get(stream) ?? new Map<string, StoredId>()
      stored.set(stream, known)
      for (const one of ids) known.set(one.id, known.get(one.id) ?? one)
      return E.right(undefined)
    },
    remembered: (stream, ids) => {
      const known = ids.flatMap((id) => stored.get(stream)?.get(id) ?? [])
      return E.right(new Map(known.map((one) => [one.id, one])))
    },
    countOfFile: () =>
      E.right(
        [...stored.values()].flatMap((ids) => [...ids.values()]).filter(({ isOfFile }) => isOfFile)
          .length,
      ),
    close: () => stored.clear(),
  }
}

const groupOf = ({ part, link }: Pick<SpooledEvidence, 'part' | 'link'>): string =>
  `${part} ${link ?? ''}`

const inLogOrder = (
  added: ReadonlyArray<SpooledEvidence>,
  order: SpoolOrder,
): ReadonlyArray<SpooledEvidence> => {
  const recovered = added.filter(({ isRecovered }) => isRecovered)
  const own = added.filter(({ isRecovered }) => !isRecovered)
  return [
    ...recovered.toSorted((first, second) => first.record - second.record),
    ...(order === 'newest-first' ? own.toReversed() : own),
  ]
}

const groupsOf = (
  evidence: ReadonlyArray<SpooledEvidence>,
): ReadonlyMap<string, ReadonlyArray<PlacedEvidence>> => {
  const groups = new Map<string, PlacedEvidence[]>()
  const counts = new Map<string, number>()
  for (const one of evidence) {
    const key = factOf(one)
    const count = counts.get(key) ?? 0
    counts.set(key, count + 1)
    const group = groupOf(one)
    const known = groups.get(group)
    if (known === undefined) groups.set(group, [{ ...one, count }])
    else known.push({ ...one, count })
  }
  return groups
}

const factOf = ({ part, link, eventId, code, seconds, stated }: SpooledEvidence): string =>
  [part, link, eventId, code, seconds, Math.floor(stated / 1000)].join(' ')
