import { memoryEvidenceSpool } from '../../../../src/adapters/memory/memory-evidence-spool'
import { allOf, filled, given, someEvidence } from '../../../support/spooled-evidence'

const offsets = [1, 2, 3].map((offset) => someEvidence({ offset }))

const offsetsIn = (order: 'oldest-first' | 'newest-first') =>
  allOf(filled(memoryEvidenceSpool(), offsets, order), { part: 0, link: 0 }, 2).map(
    ({ offset }) => offset,
  )

describe('spooled evidence', () => {
  it('comes in the order of the log, whichever way its file lies', () => {
    expect(offsetsIn('oldest-first')).toEqual([1, 2, 3])
    expect(offsetsIn('newest-first')).toEqual([3, 2, 1])
  })

  it('comes after what was recovered, and that by its numbers', () => {
    const log = [
      someEvidence({ offset: 1, record: 7 }),
      someEvidence({ offset: 2, record: 9, isRecovered: true }),
      someEvidence({ offset: 3, record: 8, isRecovered: true }),
    ]
    const spool = filled(memoryEvidenceSpool(), log, 'oldest-first')
    expect(allOf(spool, { part: 0, link: 0 }, 9).map(({ offset }) => offset)).toEqual([3, 2, 1])
  })

  it('lies apart by part and link, and apart from that lie the nameless', () => {
    const log = [{}, { link: 1 }, { link: null }, { part: 1 }].map((one, offset) =>
      someEvidence({ ...one, offset }),
    )
    const spool = filled(memoryEvidenceSpool(), log, 'oldest-first')
    const offsetsOf = (part: number, link: number | null) =>
      allOf(spool, { part, link }, 9).map(({ offset }) => offset)
    expect([offsetsOf(0, 0), offsetsOf(0, 1), offsetsOf(0, null), offsetsOf(1, 0)]).toEqual([
      [0],
      [1],
      [2],
      [3],
    ])
  })

  it('is told how many like it came before in its second', () => {
    const log = [{}, {}, { code: 1 }, { stated: 1999 }, { stated: 2000 }, { part: 1 }]
    const spool = filled(memoryEvidenceSpool(), log.map(someEvidence), 'oldest-first')
    const counts = allOf(spool, { part: 0, link: 0 }, 9).map(({ count }) => count)
    expect(counts).toEqual([0, 1, 0, 2, 0])
    expect(allOf(spool, { part: 1, link: 0 }, 9).map(({ count }) => count)).toEqual([0])
  })
})

describe('remembered events', () => {
  it('are known by stream and id, and counted once', () => {
    const spool = memoryEvidenceSpool()
    given(spool.remember('a', [{ id: 'x', isOfFile: true }]))
    given(spool.remember('a', [{ id: 'x', isOfFile: true }]))
    given(spool.remember('b', [{ id: 'y', isOfFile: false }]))
    expect([...given(spool.remembered('a', ['x', 'y'])).keys()]).toEqual(['x'])
    expect([...given(spool.remembered('c', ['x'])).keys()]).toEqual([])
    expect(given(spool.countOfFile())).toBe(1)
  })
})
