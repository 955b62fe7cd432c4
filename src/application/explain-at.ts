import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import { sitePolicyStream, type StreamItem } from '../../domain/events'
import { streamOfLink, type LinkId } from '../../domain/link-id'
import type { ClockReading } from '../../domain/time'
import type { Projection } from '../../projections/projection'
import { linkHealth } from '../../projections/link-health'
import { retryWindows } from '../../projections/retry-windows'
import type { ReadError } from '../ports/event-store'
import type { LedgerParts } from './ledger-parts'
import { sitePolicy } from './load-link'
import type { ObservedLink } from './status-row'

/** A link as it stood at an earlier time, and the last clock reading before that time. */
export type EarlierLink = ObservedLink & { readonly asked: ClockReading }

/**
 * Folds only what was appended by a time. The wall clock picks the events; the countdown goes by
 * the last reading before it, moved on by the difference of the wall clocks.
 */
export const explainAt = (
  parts: LedgerParts,
  link: LinkId,
  atMs: number,
): TE.TaskEither<ReadError, EarlierLink> =>
  pipe(
    parts.fold(until(sitePolicy, atMs), sitePolicyStream),
    TE.flatMap((site) =>
      pipe(
        parts.fold(until(withReading, atMs), streamOfLink(link)),
        TE.map(({ view, head }) => ({
          site: site.view.view,
          state: view.view.state,
          health: view.view.health,
          head,
          asked: movedTo(view.view.reading ?? parts.clock.read(), atMs),
        })),
      ),
    ),
  )

type Until<View> = { readonly view: View; readonly over: boolean }

/** A projection that stops at the first event appended after a time; it is never kept. */
const until = <View>(projection: Projection<View>, atMs: number): Projection<Until<View>> => ({
  name: `${projection.name}-until`,
  version: 0,
  initial: { view: projection.initial, over: false },
  evolve: (view, item) =>
    view.over || isAfter(item, atMs)
      ? { ...view, over: true }
      : { view: projection.evolve(view.view, item), over: false },
})

const isAfter = (item: StreamItem, atMs: number): boolean =>
  item.type !== 'Unreadable' && Date.parse(item.metadata.appended.wall) > atMs

const withReading: Projection<{
  readonly state: typeof retryWindows.initial
  readonly health: typeof linkHealth.initial
  readonly reading: ClockReading | null
}> = {
  name: retryWindows.name,
  version: 0,
  initial: { state: retryWindows.initial, health: linkHealth.initial, reading: null },
  evolve: (view, item) => ({
    state: retryWindows.evolve(view.state, item),
    health: linkHealth.evolve(view.health, item),
    reading: item.type === 'Unreadable' ? view.reading : item.metadata.appended,
  }),
}

const movedTo = (reading: ClockReading, atMs: number): ClockReading => ({
  ...reading,
  uptimeCs: reading.uptimeCs + Math.max(0, Math.floor((atMs - Date.parse(reading.wall)) / 10)),
  wall: new Date(atMs).toISOString(),
})
