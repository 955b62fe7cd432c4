import { TestScheduler } from 'rxjs/testing'
import type { StreamItem } from '../../../domain/events'
import { foldPages, type Folded } from '../../../projections/operators/fold-pages'
import type { Projection } from '../../../projections/projection'

const items: ReadonlyArray<StreamItem> = [0n, 1n, 2n, 3n].map((revision) => ({
  type: 'Unreadable',
  stream: 'link-isp',
  revision,
  position: revision + 10n,
  problem: '',
}))

const revisions: Projection<string> = {
  name: 'revisions',
  version: 1,
  initial: '',
  evolve: (view, item) => `${view}${item.revision}`,
}

const at = (view: string, index: number): Folded<string> => {
  const { stream, revision, position } = items[index]!
  return { view, checkpoint: { stream, revision, position } }
}

const pages = { a: items.slice(0, 2), b: items.slice(2, 3), c: items.slice(3), n: [] }
const values = {
  a: at('01', 1),
  b: at('012', 2),
  c: at('0123', 3),
  o: { view: '', checkpoint: null },
}

const expectPages = (source: string, expected: string, unsubscribe?: string): void =>
  new TestScheduler((actual, wanted) => expect(actual).toEqual(wanted)).run(
    ({ cold, expectObservable }) => {
      const folded$ = cold(source, pages).pipe(foldPages(revisions))
      expectObservable(folded$, unsubscribe).toBe(expected, values)
    },
  )

describe('folding pages', () => {
  it.each([
    ['never', '-', '-'],
    ['empty', '-|', '-|'],
    ['one page', '-a-|', '-a-|'],
    ['many pages', '-a-b-(c|)', '-a-b-(c|)'],
    ['a page without events', '-n-a-n-|', '-o-a-a-|'],
    ['an error', '-a-#', '-a-#'],
  ])('gives the view after each page, and where it is true: %s', (_, source, expected) => {
    expectPages(source, expected)
  })

  it('stops when nobody listens any more', () => {
    expectPages('-a-b-c|', '-a-b-', '----!')
  })

  it('goes on from a view that was folded before, for each subscriber anew', () => {
    new TestScheduler((actual, wanted) => expect(actual).toEqual(wanted)).run(
      ({ cold, expectObservable }) => {
        const folded$ = cold('-b-c|', pages).pipe(foldPages(revisions, at('01', 1)))
        expectObservable(folded$).toBe('-b-c|', values)
        expectObservable(folded$).toBe('-b-c|', values)
      },
    )
  })
})
