import * as fc from 'fast-check'
import { logFormats } from '../../../src/import/log-record'
import { hostileCorpus } from '../../fuzz/hostile-corpus'
import { hostiles } from '../../fuzz/fuzz-importers'
import { importHostile, outcomeProblem } from '../../fuzz/import-hostile'
import { importCase } from '../../support/import-case'
import { inChunks, logBytes } from '../../support/log-bytes'

describe('a hostile log', () => {
  it.each(hostileCorpus)('with $name is read or refused', async ({ bytes, becomes, bad }) => {
    const outcome = await importCase().run(logBytes(...inChunks(bytes, 65_536)))
    expect(outcomeProblem(outcome, bytes.length)).toBeNull()
    expect(outcome._tag).toBe(becomes)
    const errors = outcome.logs.flatMap((log) => log.errors.filter(({ record }) => record !== null))
    if (bad !== null) expect(errors).toHaveLength(bad)
  })

  it.each(logFormats)(
    'made of %s is read or refused, and the same the second time',
    async (format) => {
      const property = fc.asyncProperty(hostiles(format), async (hostile) => {
        expect(await importHostile(hostile)).toBeNull()
      })
      await fc.assert(property, { numRuns: 60 })
    },
  )
})
