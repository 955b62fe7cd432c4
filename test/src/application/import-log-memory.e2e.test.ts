import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { newFolder, removeFolders } from '../../support/gate-world'
import { failedDial, shownRecord } from '../../support/mta-log'
import { american, ntText } from '../../support/nt-log'
import { ran } from '../../support/open-interval'

afterAll(removeFolders)

const firstAt = Date.UTC(1996, 0, 1)
const dialsAtOnce = 500

/** A text log of failed dials of 50 links, four records each. */
const logOf = (dials: number): string => {
  const path = join(newFolder(), 'log.txt')
  const file = openSync(path, 'w')
  for (let from = 0; from < dials; from += dialsAtOnce) {
    const some = Array.from({ length: dialsAtOnce }, (_, index) =>
      failedDial(firstAt + (from + index) * 60_000, `LINK ${(from + index) % 50}`),
    )
    writeSync(file, ntText(some.flat().map(shownRecord), american))
  }
  closeSync(file)
  return path
}

/** A process begins small, and what it leaves of its nursery is not what is asked here. */
const smallNursery = '--max-semi-space-size=2'

const peak = join(__dirname, '../../support/processes/import-peak.cjs')

const tried = async (dials: number): Promise<{ events: number; megabytes: number }> => {
  const command = [process.execPath, peak, logOf(dials), 'nt-text', '', 'dry-run'] as const
  const { out, err } = await ran(command, { env: { NODE_OPTIONS: smallNursery } })
  expect(err).toBe('')
  return JSON.parse(out)
}

describe('a log of nothing but failures', () => {
  it('takes no more memory when it is ten times as long', async () => {
    const [small, large] = [await tried(1_000), await tried(10_000)]
    expect([small.events, large.events]).toEqual([4_000, 40_000])
    expect(large.megabytes).toBeLessThan(small.megabytes + 40)
  })
})
