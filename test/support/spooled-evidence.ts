import * as fc from 'fast-check'
import { isLeft, type Either } from 'fp-ts/Either'
import type {
  EvidenceSpool,
  PlacedEvidence,
  SpooledEvidence,
  SpoolError,
  SpoolOrder,
} from '../../src/ports/evidence-spool'

/** Evidence of which everything that is not given has a fixed value. */
export const someEvidence = (overrides: Partial<SpooledEvidence>): SpooledEvidence => ({
  part: 0,
  link: 0,
  eventId: 289,
  code: null,
  seconds: null,
  stated: 1000,
  record: 1,
  offset: 48,
  isRecovered: false,
  ...overrides,
})

const few = (max: number) => fc.integer({ min: 0, max })

/** Evidence as files hold it: few links and seconds, so that many pieces are alike. */
export const evidenceLists: fc.Arbitrary<ReadonlyArray<SpooledEvidence>> = fc
  .array(
    fc.record({
      part: few(1),
      link: fc.option(few(2)),
      eventId: fc.constantFrom(9311, 289),
      code: fc.option(fc.constantFrom(629, 633)),
      seconds: fc.option(fc.constant(600)),
      stated: few(3000).map((ms) => ms - 1000),
      record: few(9),
      isRecovered: fc.boolean(),
    }),
    { maxLength: 40 },
  )
  .map((list) => list.map((one, index) => someEvidence({ ...one, offset: index })))

/** What a spool gives; an error fails the test. */
export const given = <A>(result: Either<SpoolError, A>): A => {
  if (isLeft(result)) throw new Error(result.left.why)
  return result.right
}

/** Everything of one part and link, read in pages of a length. */
export const allOf = (
  spool: EvidenceSpool,
  group: Pick<SpooledEvidence, 'part' | 'link'>,
  limit: number,
): ReadonlyArray<PlacedEvidence> => {
  const all: PlacedEvidence[] = []
  for (;;) {
    const page = given(spool.read({ ...group, from: all.length, limit }))
    all.push(...page)
    if (page.length < limit) return all
  }
}

/** A spool that was filled and put in order. */
export const filled = (
  spool: EvidenceSpool,
  evidence: ReadonlyArray<SpooledEvidence>,
  order: SpoolOrder,
): EvidenceSpool => {
  evidence.forEach(spool.add)
  given(spool.arrange(order))
  return spool
}
