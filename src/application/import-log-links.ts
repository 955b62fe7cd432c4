import * as E from 'fp-ts/Either'
import { parseLinkId, type LinkId } from '../../domain/link-id'
import type { SpooledEvidence, SpoolOrder } from '../ports/evidence-spool'

/** A link of a file, and the number that its evidence is spooled by. */
export type NumberedLink = { readonly number: number; readonly id: LinkId }

/** The links that the evidence of one file names. */
export type LogLinks = {
  /**
   * Gives the number of the link that a record is about, null where it names none; left: it is no
   * name. With one link for all evidence that one's number, whatever the record names.
   */
  readonly numberOf: (entity: string | null) => E.Either<string, number | null>
  /** Takes in evidence, in the order of the file. */
  readonly see: (evidence: SpooledEvidence) => void
  /** The links of a part, in the order in which its log first names them. */
  readonly ofPart: (part: number, order: SpoolOrder) => ReadonlyArray<NumberedLink>
  /** How many different links were named. */
  readonly count: () => number
}

/** Links that one file may name: no real log comes near. */
const linksMax = 10_000

/** Where a part names a link: numbers of its evidence in the order of the file. */
type Sightings = {
  first: number
  last: number
  /** The recovered record of the lowest number, which the log has before all of its own. */
  recovered: { readonly record: number; readonly at: number } | null
}

/** Numbers links from 0 as they come; `only`: the one that all evidence is put on. */
export const logLinks = (only: LinkId | null): LogLinks => {
  const byName = new Map<string, number>()
  const numbers = new Map<LinkId, number>()
  const ids: LinkId[] = []
  const parts = new Map<number, Map<number, Sightings>>()
  let seen = 0

  const nameOf = (entity: string): E.Either<string, number> => {
    const known = byName.get(entity)
    if (known !== undefined) return E.right(known)
    if (byName.size >= linksMax) return E.left('the file names more links than any log')
    const link = parseLinkId(entity)
    if (E.isLeft(link)) return E.left('the name in it cannot name a link')
    const number = numbers.get(link.right) ?? ids.push(link.right) - 1
    numbers.set(link.right, number)
    byName.set(entity, number)
    return E.right(number)
  }
  return {
    numberOf: (entity) => {
      const named = entity === null ? E.right(null) : nameOf(entity)
      return E.isLeft(named) || only === null ? named : E.right(0)
    },
    see: ({ part, link, record, isRecovered }) => {
      seen += 1
      if (link === null) return
      const ofPart = parts.get(part) ?? new Map<number, Sightings>()
      parts.set(part, ofPart)
      const before = ofPart.get(link)
      if (before === undefined) ofPart.set(link, sightingOf(seen, record, isRecovered))
      else seeAgain(before, { at: seen, record }, isRecovered)
    },
    ofPart: (part, order) =>
      [...(parts.get(part) ?? [])]
        .toSorted(([, one], [, other]) => compared(one, other, order))
        .flatMap(([number]) => {
          const id = only ?? ids[number]
          return id === undefined ? [] : [{ number, id }]
        }),
    count: () => ids.length,
  }
}

const sightingOf = (at: number, record: number, isRecovered: boolean): Sightings => ({
  first: at,
  last: at,
  recovered: isRecovered ? { record, at } : null,
})

const seeAgain = (
  sightings: Sightings,
  { at, record }: { readonly at: number; readonly record: number },
  isRecovered: boolean,
): void => {
  const { recovered } = sightings
  if (isRecovered && (recovered === null || record < recovered.record)) {
    sightings.recovered = { record, at }
  }
  if (!isRecovered) sightings.last = at
}

const compared = (one: Sightings, other: Sightings, order: SpoolOrder): number => {
  if (one.recovered !== null && other.recovered !== null) {
    return one.recovered.record - other.recovered.record || one.recovered.at - other.recovered.at
  }
  if (one.recovered !== null) return -1
  if (other.recovered !== null) return 1
  return order === 'newest-first' ? other.last - one.last : one.first - other.first
}
