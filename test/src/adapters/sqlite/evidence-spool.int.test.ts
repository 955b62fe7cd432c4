import * as fc from 'fast-check'
import { memoryEvidenceSpool } from '../../../../src/adapters/memory/memory-evidence-spool'
import { sqliteEvidenceSpool } from '../../../../src/adapters/sqlite/evidence-spool'
import { uuidOf } from '../../../support/event-builders'
import {
  allOf,
  evidenceLists,
  filled,
  given,
  someEvidence,
} from '../../../support/spooled-evidence'

const orders = fc.constantFrom('oldest-first', 'newest-first')

const groups = [0, 1].flatMap((part) => [null, 0, 1, 2].map((link) => ({ part, link })))

describe('the spool in a temporary database', () => {
  it('gives the same as the one in memory, in the same order', () => {
    const property = fc.property(evidenceLists, orders, (evidence, order) => {
      const onDisk = filled(sqliteEvidenceSpool(), evidence, order)
      const inMemory = filled(memoryEvidenceSpool(), evidence, order)
      for (const group of groups) expect(allOf(onDisk, group, 3)).toEqual(allOf(inMemory, group, 9))
      onDisk.close()
    })
    fc.assert(property, { numRuns: 300 })
  })

  it('remembers the same as the one in memory', () => {
    const stored = fc.record({ id: fc.nat(5).map(uuidOf), isOfFile: fc.boolean() })
    const told = fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.array(stored)))
    const asked = fc.array(fc.nat(7).map(uuidOf))
    const property = fc.property(told, asked, (all, ids) => {
      const [onDisk, inMemory] = [sqliteEvidenceSpool(), memoryEvidenceSpool()]
      for (const [stream, some] of all) {
        given(onDisk.remember(stream, some))
        given(inMemory.remember(stream, some))
      }
      expect(onDisk.countOfFile()).toEqual(inMemory.countOfFile())
      for (const stream of ['a', 'b', 'c'])
        expect(given(onDisk.remembered(stream, ids))).toEqual(
          given(inMemory.remembered(stream, ids)),
        )
      onDisk.close()
    })
    fc.assert(property, { numRuns: 300 })
  })

  it('says what to do when nothing can be written', () => {
    const spool = filled(sqliteEvidenceSpool(), [someEvidence({})], 'oldest-first')
    spool.close()
    expect(spool.read({ part: 0, link: 0, from: 0, limit: 1 })).toMatchObject({
      left: { _tag: 'Unavailable', why: expect.stringMatching(/SQLITE_TMPDIR/) },
    })
  })
})
