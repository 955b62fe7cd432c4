import type { RecordedEvent } from '../../src/ports/event-store'
import type { SubscriptionMessage } from '../../src/application/subscription'

/** The words of the subscription contract. */
export type Word = 'ordered' | 'unique' | 'atomic' | 'reliable' | 'resumable' | 'bookmarkable'

type Told = Extract<SubscriptionMessage, { _tag: 'Page' }>

/** What a subscriber was told, in one list of pages for each time that it began. */
export type Deliveries = ReadonlyArray<ReadonlyArray<Told>>

/** What was there to be told: the ledger, and the ids of the events of each append. */
export type Ledger = {
  readonly events: ReadonlyArray<RecordedEvent>
  readonly appends: ReadonlyArray<ReadonlyArray<string>>
  readonly wants: (event: RecordedEvent) => boolean
}

/** The words that deliveries break, in the order of the contract. */
export const wordsBroken = (deliveries: Deliveries, ledger: Ledger): ReadonlyArray<Word> => {
  const broken: Record<Word, boolean> = {
    ordered: !deliveries.every((pages) => ascends(eventsOf(pages))),
    unique: deliveries.some((pages) => hasTwice(idsOf(eventsOf(pages)))),
    atomic: !deliveries.flat().every((page) => holdsWholeAppends(page, ledger)),
    reliable: !deliveries.every((_pages, index) => leavesNoGap(deliveries, index, ledger)),
    resumable: !goesOnWhereItStopped(deliveries),
    bookmarkable: !deliveries.every((pages) => movesOn(pages)) || !endsAtTheEnd(deliveries, ledger),
  }
  return words.filter((word) => broken[word])
}

const words: ReadonlyArray<Word> = [
  'ordered',
  'unique',
  'atomic',
  'reliable',
  'resumable',
  'bookmarkable',
]

const eventsOf = (pages: ReadonlyArray<Told>) => pages.flatMap(({ events }) => events)

const idsOf = (events: ReadonlyArray<RecordedEvent>) => events.map(({ id }) => id)

const hasTwice = (ids: ReadonlyArray<string>): boolean => new Set(ids).size < ids.length

const ascends = (events: ReadonlyArray<RecordedEvent>): boolean =>
  events.every(({ position }, index) => index === 0 || position > events[index - 1]!.position)

const holdsWholeAppends = ({ events }: Told, { appends, events: all, wants }: Ledger): boolean => {
  const told = new Set(idsOf(events))
  const wanted = new Set(idsOf(all.filter(wants)))
  return appends.every((append) => {
    const ids = append.filter((id) => wanted.has(id))
    const count = ids.filter((id) => told.has(id)).length
    return count === 0 || count === ids.length
  })
}

/** From the last bookmark of the begin before up to its own last, none is missing. */
const leavesNoGap = (deliveries: Deliveries, index: number, { events, wants }: Ledger): boolean => {
  const pages = deliveries[index] ?? []
  const from = deliveries[index - 1]?.at(-1)?.checkpoint.position ?? -1n
  const to = pages.at(-1)?.checkpoint.position ?? -1n
  const ids = new Set(idsOf(eventsOf(pages)))
  return events
    .filter((event) => wants(event) && event.position > from && event.position <= to)
    .every(({ id }) => ids.has(id))
}

/** Each begin tells what follows the last bookmark of the one before, and nothing again. */
const goesOnWhereItStopped = (deliveries: Deliveries): boolean => {
  const ids = deliveries.flatMap((pages) => idsOf(eventsOf(pages)))
  return !hasTwice(ids) && ascends(deliveries.flatMap(eventsOf))
}

const movesOn = (pages: ReadonlyArray<Told>): boolean =>
  pages.every(({ checkpoint }, index) => {
    const before = pages[index - 1]?.checkpoint.position ?? -1n
    return checkpoint.position > before
  })

const endsAtTheEnd = (deliveries: Deliveries, { events }: Ledger): boolean =>
  deliveries.flat().at(-1)?.checkpoint.position === events.at(-1)?.position
