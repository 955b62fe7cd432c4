import { TestScheduler } from 'rxjs/testing'
import { foldRows, type RowsWritten } from '../../../projections/operators/fold-rows'

const key = ['link', 'id']
const row = (link: string, id: string, verdict: string) => ({ link, id, verdict })

const written: Record<string, RowsWritten> = {
  a: { cleared: [], rows: [row('isp', '1', 'kept'), row('lte', '1', 'kept')], checkpoint: 'A' },
  b: { cleared: ['isp'], rows: [row('isp', '2', 'broken')], checkpoint: 'B' },
  c: { cleared: 'all', rows: [row('lte', '9', 'kept')], checkpoint: 'C' },
  d: { cleared: [], rows: [row('lte', '1', 'broken')], checkpoint: 'D' },
  n: { cleared: [], rows: [], checkpoint: 'N' },
}

const view = (checkpoint: string, ...rows: ReadonlyArray<ReturnType<typeof row>>) => ({
  rows: new Map(rows.map((one) => [`${one.link}\t${one.id}`, one])),
  checkpoint,
})

const views = {
  a: view('A', row('isp', '1', 'kept'), row('lte', '1', 'kept')),
  b: view('B', row('lte', '1', 'kept'), row('isp', '2', 'broken')),
  c: view('C', row('lte', '9', 'kept')),
  d: view('D', row('isp', '1', 'kept'), row('lte', '1', 'broken')),
  n: view('N'),
}

const expectViews = (source: string, expected: string, unsubscribe?: string): void =>
  new TestScheduler((actual, wanted) => expect(actual).toEqual(wanted)).run(
    ({ cold, expectObservable }) => {
      expectObservable(cold(source, written).pipe(foldRows({ key })), unsubscribe).toBe(
        expected,
        views,
      )
    },
  )

describe('folding what is written of a table', () => {
  it.each([
    ['never', '-', '-'],
    ['empty', '-|', '-|'],
    ['one', '-a-|', '-a-|'],
    ['the rows of a link replaced', '-a-b-|', '-a-b-|'],
    ['all rows replaced', '-a-c-|', '-a-c-|'],
    ['a row with the key of another', '-a-d-|', '-a-d-|'],
    ['nothing but a checkpoint', '-n-|', '-n-|'],
    ['an error', '-a-#', '-a-#'],
  ])('gives all rows after each time: %s', (_, source, expected) => {
    expectViews(source, expected)
  })

  it('stops when nobody listens any more', () => {
    expectViews('-a-b-c|', '-a-b-', '----!')
  })
})
