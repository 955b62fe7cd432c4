import Database from 'better-sqlite3'
import * as E from 'fp-ts/Either'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { sitePolicyStream, type Recorded, type StreamItem } from '../../domain/events'
import { evolveSitePolicy, initialSitePolicy } from '../../domain/policy-timeline'
import { auditAll } from '../../projections/findings/audit-all'
import { findings } from '../../projections/findings/findings'
import { verdictsOf } from '../../projections/findings/verdicts'
import type { Row, TableProjection } from '../../projections/table-projection'
import type { AnyTableProjection } from '../../projections/table-projections'
import { emptyHead, sealEvents, toStreamItem, type StreamHead } from '../../src/adapters/codec'
import { memoryEventStore } from '../../src/adapters/memory/memory-event-store'
import { sqliteViewStore } from '../../src/adapters/sqlite/sqlite-view-store'
import type { ProjectionMessage } from '../../src/application/projection-message'
import type { ProjectionOptions, ProjectionParts } from '../../src/application/projection-parts'
import { rebuildView } from '../../src/application/rebuild-view'
import { runProjection } from '../../src/application/run-projection'
import type { EventStore, Page, RecordedEvent } from '../../src/ports/event-store'
import { rightOf } from './event-store-contract'
import { newFolder } from './gate-world'
import { sealedEvent } from './sealed-events'
import { testLedgerId } from './sqlite-ledger'

/** A ledger and its views, and ways to run projections in turns with appends. */
export const projectionWorld = (
  store: EventStore = memoryEventStore(),
  path = join(newFolder(), 'views.db'),
) => {
  const heads = new Map<string, StreamHead>()
  const parts: ProjectionParts = { store, ledgerId: testLedgerId, views: sqliteViewStore(path) }
  return {
    store,
    parts,
    path,
    /** Appends events as they are, each chained to the one before it in its stream. */
    append: async (events: ReadonlyArray<Recorded>): Promise<void> => {
      for (const { stream, metadata, ...event } of events) {
        const { prev: _prev, more: _more, ...envelope } = metadata
        const head = heads.get(stream) ?? emptyHead(stream)
        const sealed = sealEvents(head, [{ ...event, metadata: envelope }])
        if (E.isLeft(sealed)) throw new Error(sealed.left.why)
        await rightOf(store.append(stream, head.revision, sealed.right.events))
        heads.set(stream, sealed.right.head)
      }
    },
    /** Appends something that nobody can decode; nothing can be chained to it by `append`. */
    appendPoison: async (stream: string): Promise<void> => {
      const { revision } = heads.get(stream) ?? emptyHead(stream)
      await rightOf(
        store.append(stream, revision, [sealedEvent(0xbad, { type: 'DialTeleported' })]),
      )
    },
    rows: (table: string) => rowsIn(path, table),
  }
}

/** A world of these. */
export type ProjectionWorld = ReturnType<typeof projectionWorld>

/** Every row of a table; null: there is no such table. */
export const rowsIn = (path: string, table: string): ReadonlyArray<Row> | null => {
  if (!existsSync(path)) return null
  const connection = new Database(path, { readonly: true })
  try {
    const found = connection.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(table)
    if (found === undefined) return null
    return inOrder(connection.prepare<[], Row>(`SELECT * FROM "${table}"`).all())
  } finally {
    connection.close()
  }
}

const inOrder = (rows: ReadonlyArray<Row>): ReadonlyArray<Row> =>
  rows.map(comparable).toSorted((first, second) => (textOf(first) < textOf(second) ? -1 : 1))

const comparable = (row: Row): Row =>
  Object.fromEntries(
    Object.entries(row).map(([name, cell]) => [
      name,
      typeof cell === 'bigint' ? Number(cell) : cell,
    ]),
  )

const textOf = (row: Row): string => JSON.stringify(row)

/** The rows of a plain fold of a whole ledger in memory, with nothing of the runtime. */
export const plainRows = <State>(
  projection: TableProjection<State>,
  events: ReadonlyArray<RecordedEvent>,
): ReadonlyArray<Row> => rowsOfItems(projection, events.map(toStreamItem))

/** The rows of a plain fold of items. */
export const rowsOfItems = <State>(
  projection: TableProjection<State>,
  items: ReadonlyArray<StreamItem>,
): ReadonlyArray<Row> => {
  const states = new Map<string, State>()
  const rows = new Map<string, Row>()
  const put = (row: Row) => rows.set(projection.table.key.map((it) => String(row[it])).join(), row)
  const { rows: given } = projection
  let site = initialSitePolicy
  for (const item of items) {
    const { stream } = item
    if (stream === sitePolicyStream) site = evolveSitePolicy(site, item)
    if (!projection.folds(stream)) continue
    const state = projection.evolve(states.get(stream) ?? projection.initial, item)
    states.set(stream, state)
    if (given.each === 'item') given.rowsOf(state, item).forEach(put)
  }
  if (given.each === 'verdict') {
    const facts = items.reduce(findings.evolve, findings.initial)
    for (const dial of verdictsOf(facts, auditAll).dials) put(given.rowOf(dial))
  } else if (given.each !== 'item') {
    states.forEach((state, stream) => put(given.rowOf(state, stream, site)))
  }
  return inOrder([...rows.values()])
}

/** Everything in a ledger, however many pages it takes. */
export const allEvents = (store: EventStore): Promise<ReadonlyArray<RecordedEvent>> =>
  eventsAfter(store, null)

/** Everything in a ledger after a position. */
export const eventsAfter = async (
  store: EventStore,
  position: bigint | null,
): Promise<ReadonlyArray<RecordedEvent>> => {
  const events: RecordedEvent[] = []
  let after: bigint | null = position
  do {
    const page: Page = await rightOf(store.readAll({ after, categories: null, limit: 1_000 }))
    events.push(...page.events)
    after = page.next
  } while (after !== null)
  return events
}

const never = new AbortController().signal

/** Runs a projection until it has caught up, and gives what it told. */
export const caughtUp = (
  { parts }: Pick<ProjectionWorld, 'parts'>,
  { use }: Pick<AnyTableProjection, 'use'>,
  options: Partial<ProjectionOptions> = {},
): Promise<ReadonlyArray<ProjectionMessage>> =>
  use(async (projection) => {
    const told: ProjectionMessage[] = []
    const asked = { signal: never, pastUnreadable: false, ...options }
    for await (const message of runProjection(parts, projection, asked)) {
      told.push(message)
      if (message._tag === 'CaughtUp') break
    }
    return told
  })

/** Rebuilds a projection, and gives what it told; the last may be `Failed`. */
export const rebuilt = (
  { parts }: Pick<ProjectionWorld, 'parts'>,
  { use }: Pick<AnyTableProjection, 'use'>,
  options: Partial<ProjectionOptions> & { readonly killedAfter?: number } = {},
): Promise<ReadonlyArray<ProjectionMessage>> =>
  use(async (projection) => {
    const { killedAfter = Infinity, ...rest } = options
    const asked = {
      signal: never,
      pastUnreadable: false,
      because: 'asked' as const,
      isNeeded: () => Promise.resolve(E.right(true)),
      ...rest,
    }
    const told: ProjectionMessage[] = []
    const messages = rebuildView(parts, projection, asked)
    while (told.length < killedAfter) {
      const { done, value } = await messages.next()
      if (done === true) {
        if (value !== null) told.push({ _tag: 'Failed', error: value })
        return told
      }
      told.push(value)
    }
    await messages.return(null)
    return told
  })

/** The tags of messages, in order. */
export const tagsOf = (told: ReadonlyArray<ProjectionMessage>): ReadonlyArray<string> =>
  told.map(({ _tag }) => _tag)
