import { jsonEvent } from '@eventstore/db-client'
import { randomUUID } from 'node:crypto'
import { streamOfLink, type LinkId } from '../../domain/link-id'
import type { Bench } from '../bench'
import type { Figure } from '../figure'
import { serverLedger, type ServerLedger } from '../ledger/server-ledger'
import { granted } from '../ledger/work-ledger'
import { interleaved, median, medianRatio, msOf, percentile, type Rounds } from '../rounds'
import type { LedgerRange } from '../../src/ports/event-store'
import { valueOf } from '../value-of'

const links = 64

/** Events that are caught up with; of less the beginning and the end of a subscription are most. */
const eventsToCatchUp = 5_000
const pageSize = 500

/** Grants and subscriptions on EventStoreDB, beside the bare client on the same server. */
export const eventStoreDb: Bench = {
  name: 'eventstoredb',
  run: async ({ roundsOf }) => {
    const ledger = await serverLedger()
    try {
      return [
        ...(await oneByOne(ledger, roundsOf(10))),
        await atOnce(ledger, roundsOf(100)),
        await caughtUp(ledger, roundsOf(300)),
      ]
    } finally {
      await ledger.close()
    }
  },
}

/** What a grant appends, as the bare client would append it to a stream of its own. */
const bareAppendOf = async ({ parts, bare }: ServerLedger, link: LinkId) => {
  const range = { direction: 'backwards', from: 'end', limit: 1 } as const
  const page = valueOf(await parts.store.readStream({ stream: streamOfLink(link), ...range })())
  const [row] = page.events
  if (row === undefined) throw new Error('a grant is not in its stream')
  const data: unknown = JSON.parse(row.data)
  const metadata: unknown = JSON.parse(row.metadata)
  return () =>
    bare.appendToStream(
      `bare-${randomUUID()}`,
      jsonEvent({ type: row.type, data: { ...Object(data) }, metadata: { ...Object(metadata) } }),
      { expectedRevision: 'no_stream' },
    )
}

// Links are taken before bare appends too: for some milliseconds the server is busy with what it got.
const oneByOne = async (ledger: ServerLedger, rounds: Rounds): Promise<ReadonlyArray<Figure>> => {
  const first = await ledger.takeLink()
  await granted(ledger.gate, first)
  const bareAppend = await bareAppendOf(ledger, first)
  const [grants = [], appends = []] = await interleaved(
    [
      async () => {
        const link = await ledger.takeLink()
        return msOf(() => granted(ledger.gate, link))
      },
      async () => {
        await ledger.takeLink()
        return msOf(bareAppend)
      },
    ],
    rounds,
  )
  return [50, 99].map((perCent) => ({
    name: `${ledger.kind}-grant-p${perCent}`,
    value: percentile(grants, perCent) / percentile(appends, perCent),
    unit: 'x a bare append',
    target: { atMost: 1.3 },
    seen: [grants, appends]
      .map((ms) => `${percentile(ms, perCent).toFixed(2)} ms`)
      .join(' against '),
  }))
}

const atOnce = async (ledger: ServerLedger, rounds: Rounds): Promise<Figure> => {
  const first = await ledger.takeLink()
  await granted(ledger.gate, first)
  const bareAppend = await bareAppendOf(ledger, first)
  const [grants = [], appends = []] = await interleaved(
    [
      async () => {
        const taken = await takenAtOnce(ledger)
        return msOf(() => Promise.all(taken.map((link) => granted(ledger.gate, link))))
      },
      async () => {
        await takenAtOnce(ledger)
        return msOf(() => Promise.all(Array.from({ length: links }, bareAppend)))
      },
    ],
    rounds,
  )
  const rates = [grants, appends].map((ms) => ((1000 * links) / median(ms)).toFixed(0))
  return {
    name: `${ledger.kind}-${links}-grants`,
    value: medianRatio(appends, grants),
    unit: `x ${links} bare appends`,
    target: { atLeast: 0.8 },
    seen: `${rates.join(' against ')} a second`,
  }
}

const takenAtOnce = (ledger: ServerLedger): Promise<ReadonlyArray<LinkId>> =>
  Promise.all(Array.from({ length: links }, ledger.takeLink))

const caughtUp = async (ledger: ServerLedger, rounds: Rounds): Promise<Figure> => {
  const position = await filled(ledger)
  const [ours = [], bare = []] = await interleaved(
    [
      () => msOf(() => readAfter(ledger, position)),
      () => msOf(() => subscribeAfter(ledger, position)),
    ],
    rounds,
  )
  const rates = [ours, bare].map((ms) => ((1000 * eventsToCatchUp) / median(ms)).toFixed(0))
  return {
    name: `${ledger.kind}-catch-up`,
    value: medianRatio(bare, ours),
    unit: 'x a bare subscription',
    target: { atLeast: 0.7 },
    seen: `${rates.join(' against ')} events a second`,
  }
}

/** Appends what is to be caught up with; gives the position before it. */
const filled = async ({ bare }: ServerLedger): Promise<bigint> => {
  const stream = `source-bench-${randomUUID()}`
  const event = () =>
    jsonEvent({ type: 'Tried', data: { pad: 'x'.repeat(400) }, metadata: { schema: 1 } })
  const { position } = await bare.appendToStream(stream, event())
  for (let appended = 0; appended < eventsToCatchUp; appended += pageSize) {
    await bare.appendToStream(stream, Array.from({ length: pageSize }, event))
  }
  if (position === undefined) throw new Error('the server told no position')
  return position.commit
}

const readAfter = async ({ parts }: ServerLedger, position: bigint): Promise<void> => {
  let [after, events]: [bigint | null, number] = [position, 0]
  while (after !== null) {
    const range: LedgerRange = { after, categories: null, limit: pageSize }
    const page = valueOf(await parts.store.readAll(range)())
    events += page.events.length
    after = page.next
  }
  if (events < eventsToCatchUp) throw new Error(`only ${events} events were read`)
}

const subscribeAfter = ({ bare }: ServerLedger, position: bigint): Promise<void> =>
  new Promise((resolve, reject) => {
    let events = 0
    const subscription = bare.subscribeToAll({
      fromPosition: { commit: position, prepare: position },
      filter: {
        filterOn: 'streamName',
        prefixes: ['site-', 'link-', 'source-'],
        checkpointInterval: 1,
      },
    })
    subscription.on('error', reject)
    subscription.on('data', () => {
      events += 1
      if (events < eventsToCatchUp) return
      void subscription.unsubscribe()
      resolve()
    })
  })
