import type { RecordedEvent } from '../../../src/ports/event-store'
import { uuidOf } from '../../support/sealed-events'
import { wordsBroken, type Deliveries, type Word } from '../../support/subscription-words'

const event = (number: number): RecordedEvent => ({
  id: uuidOf(number),
  type: 'DialStarted',
  data: '{}',
  metadata: '{}',
  stream: 'link-a',
  revision: BigInt(number - 1),
  position: BigInt(number),
})

const page = (to: number, ...numbers: number[]): Deliveries[number][number] => ({
  _tag: 'Page',
  events: numbers.map(event),
  checkpoint: {
    ledgerId: 'ledger',
    position: BigInt(to),
    stream: 'link-a',
    revision: BigInt(to - 1),
    eventId: uuidOf(to),
  },
})

/** Six events; the third to the fifth were one append. Only the last is not wanted. */
const ledger = {
  events: [1, 2, 3, 4, 5, 6].map(event),
  appends: [[1], [2], [3, 4, 5], [6]].map((append) => append.map(uuidOf)),
  wants: ({ id }: RecordedEvent) => id !== uuidOf(6),
}

/** The test of the contract's tests: each word, and how a subscription would break it. */
const breaches: ReadonlyArray<readonly [string, Deliveries, ReadonlyArray<Word>]> = [
  ['nothing wrong', [[page(2, 1, 2), page(5, 3, 4, 5), page(6)]], []],
  ['nothing wrong over a restart', [[page(1, 1)], [page(5, 2, 3, 4, 5), page(6)]], []],
  ['two events swapped', [[page(2, 2, 1), page(6, 3, 4, 5)]], ['ordered', 'resumable']],
  [
    'one event told twice',
    [[page(2, 1, 2, 2), page(6, 3, 4, 5)]],
    ['ordered', 'unique', 'resumable'],
  ],
  ['one append split', [[page(3, 1, 2, 3), page(6, 4, 5)]], ['atomic']],
  ['one event dropped between catch-up and live', [[page(1, 1), page(6, 3, 4, 5)]], ['reliable']],
  ['one event lost over a restart', [[page(1, 1)], [page(6, 3, 4, 5)]], ['reliable']],
  ['one event told again after a restart', [[page(2, 1, 2)], [page(6, 2, 3, 4, 5)]], ['resumable']],
  ['no bookmark while nothing matches', [[page(5, 1, 2, 3, 4, 5)]], ['bookmarkable']],
  ['a bookmark that does not move', [[page(2, 1, 2), page(2), page(6, 3, 4, 5)]], ['bookmarkable']],
]

describe('the words of the subscription contract', () => {
  it.each(breaches)('tell of %s', (_name, deliveries, broken) => {
    expect(wordsBroken(deliveries, ledger)).toEqual(broken)
  })
})
