import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Bench, BenchRun } from '../bench'
import type { Figure } from '../figure'
import { benchFolder } from '../ledger/cached-ledger'
import type { WorkLedger } from '../ledger/work-ledger'
import { emmettSubscriber } from '../peers/emmett-sqlite'
import { farSubscriber } from '../processes/far-subscriber'
import { runProcess } from '../processes/run-process'
import { interleaved, median, percentile, type Rounds, type Samples } from '../rounds'
import { nearSubscriber, type Subscriber } from '../subscriber'
import { valueOf } from '../value-of'

/** How long it takes from an append to who waits for it, and what one who never reads costs. */
export const subscriber: Bench = {
  name: 'subscriber',
  run: async (run) => {
    const ledger = await run.work()
    const near = await nearSubscriber(ledger.parts.store, { ledgerId: ledger.ledgerId })
    const far = await farSubscriber(ledger.path)
    const peer = await emmettSubscriber(benchFolder)
    const append = appenderTo(ledger)
    const [nears = [], fars = [], peers = []] = await interleaved(
      [
        () => latency(near, append),
        () => latency(far, append),
        ...(peer === null ? [] : [() => latency(peer, peer.append)]),
      ],
      roundsOf(run),
    )
    await Promise.all([near.close(), far.close(), peer?.close()])
    return [
      latencyFigure('append-to-subscriber-p99', nears, 5),
      latencyFigure('append-to-process-p99', fars, 60),
      ...(peer === null ? [] : [besidePeer(nears, peers, peer.version)]),
      await unreadFigure(run),
    ]
  },
}

const roundsOf = ({ roundsOf: usual }: BenchRun): Rounds => usual(15)

/** Longest pause before an append: no subscriber is met at the same moment of its sleep each time. */
const pauseMsMax = 60

const latency = async (
  subscribed: Subscriber,
  append: (id: string) => Promise<unknown>,
): Promise<number> => {
  await sleep(Math.random() * pauseMsMax)
  const id = randomUUID()
  const seen = subscribed.seen(id)
  const begunNs = process.hrtime.bigint()
  await append(id)
  return Number((await seen) - begunNs) / 1e6
}

const appenderTo = ({ parts: { store } }: WorkLedger): ((id: string) => Promise<unknown>) => {
  let expected: bigint | 'no_stream' = 'no_stream'
  return async (id) => {
    const event = { id, type: 'DialStarted', data: '{"pid":1}', metadata: '{}' }
    expected = valueOf(await store.append('source-bench', expected, [event])()).revision
  }
}

const latencyFigure = (name: string, samples: Samples, atMost: number): Figure => ({
  name,
  value: percentile(samples, 99),
  unit: 'ms',
  target: { atMost },
  seen: `p50 ${median(samples).toFixed(2)} ms of ${samples.length}`,
})

const besidePeer = (own: Samples, peers: Samples, version: string): Figure => ({
  name: 'append-to-subscriber-p50',
  value: median(own) / median(peers),
  unit: 'x emmett-sqlite',
  target: null,
  seen: `${median(own).toFixed(2)} ms against ${median(peers).toFixed(2)} ms of ${version}`,
})

/** A subscriber that asked for one page and no other, while so many events are appended. */
const unreadFigure = async ({ events }: BenchRun): Promise<Figure> => {
  const [few, many] = [Math.max(100, Math.round(events / 10)), events]
  const peakMb = async (count: number): Promise<number> =>
    Number((await runProcess('unread-subscriber', [benchFolder, String(count)])).said) / 1024
  const [fewMb, manyMb] = [await peakMb(few), await peakMb(many)]
  return {
    name: 'unread-subscriber-memory',
    value: manyMb / fewMb,
    unit: 'x that of a tenth',
    target: { atMost: 1.2 },
    seen: `peaks of ${manyMb.toFixed(0)} MB for ${many} and ${fewMb.toFixed(0)} MB for ${few} events`,
  }
}
