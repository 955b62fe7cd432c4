import { rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { streamOfLink } from '../../domain/link-id'
import type { Bench } from '../bench'
import { bareTable } from '../peers/bare-table'
import { sqliteLimiter } from '../peers/sqlite-limiter'
import { granted, type WorkLedger } from '../ledger/work-ledger'
import { interleaved, median, msOf, type Samples } from '../rounds'
import { valueOf } from '../value-of'

/** A durable grant, beside the least that could make its row durable, and a known rate limiter. */
export const durableGrant: Bench = {
  name: 'grant',
  run: async ({ work, roundsOf }) => {
    const rounds = roundsOf(1)
    const ledger = await work()
    const [grants = [], inserts = [], consumed = []] = await againstPeers(ledger, rounds)
    const [grantMs, insertMs] = [median(grants), median(inserts)]
    return [
      {
        name: 'grant-p50',
        value: grantMs / insertMs,
        unit: 'x a bare insert',
        target: { atMost: 1.3 },
        seen: `${grantMs.toFixed(3)} ms against ${insertMs.toFixed(3)} ms`,
      },
      {
        name: 'grants-per-second',
        value: perSecond(grants) / perSecond(consumed),
        unit: 'x rate-limiter-flexible',
        target: { atLeast: 1 },
        seen: `${perSecond(grants).toFixed(0)} against ${perSecond(consumed).toFixed(0)} a second`,
      },
    ]
  },
}

const againstPeers = async (
  ledger: WorkLedger,
  rounds: { readonly warmUp: number; readonly counted: number },
): Promise<ReadonlyArray<Samples>> => {
  const timedGrant = async () => {
    const link = await ledger.takeLink()
    const took = await msOf(() => granted(ledger.gate, link))
    return { took, row: await rowOf(ledger, streamOfLink(link)) }
  }
  let { row } = await timedGrant()
  const files = ['bare.db', 'limiter.db'].map((name) => join(dirname(ledger.path), name))
  const bare = bareTable(files[0] ?? '')
  const limiter = await sqliteLimiter(files[1] ?? '')
  const samples = await interleaved(
    [
      async () => {
        const grant = await timedGrant()
        row = grant.row
        return grant.took
      },
      () => msOf(() => bare.insert(row)),
      () => msOf(() => limiter.consume(row.stream)),
    ],
    rounds,
  )
  bare.close()
  limiter.close()
  for (const file of files) rmSync(file)
  return samples
}

const rowOf = async ({ parts }: WorkLedger, stream: string) => {
  const range = { stream, direction: 'backwards', from: 'end', limit: 1 } as const
  const [row] = valueOf(await parts.store.readStream(range)()).events
  if (row === undefined) throw new Error('a grant is not in its stream')
  return row
}

/** By the time that all of them took, so that those that waited for a checkpoint count too. */
const perSecond = (samples: Samples): number =>
  (1000 * samples.length) / samples.reduce((sum, ms) => sum + ms, 0)
