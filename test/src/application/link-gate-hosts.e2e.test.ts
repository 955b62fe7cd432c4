import fc from 'fast-check'
import { fork, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { streamOfLink } from '../../../domain/link-id'
import type { EventStore } from '../../../src/ports/event-store'
import { eventStoreDbAt } from '../../support/eventstoredb-store'
import {
  startFakeEventStoreDb,
  type FakeEventStoreDb,
} from '../../support/fake-eventstoredb/fake-eventstoredb'
import { typesOf } from '../../support/gate-world'
import { linkId } from '../../support/link-id'
import { runs } from '../../support/runs'

jest.setTimeout(600_000)

const processes = join(__dirname, '../../support/processes')

const message = <A>(child: ChildProcess): Promise<A> =>
  new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`a gate ended with ${code ?? 'none'}`))
    child.once('exit', ended)
    child.once('message', (answer) => {
      child.off('exit', ended)
      resolve(answer as A)
    })
  })

let fake: FakeEventStoreDb
let store: EventStore
let hosts: ReadonlyArray<ChildProcess>
beforeAll(async () => {
  fake = await startFakeEventStoreDb()
  const url = `esdb://127.0.0.1:${fake.port}?tls=false`
  store = await eventStoreDbAt(url)
  hosts = ['0', '90'].map((wallStepSec, index) =>
    fork(join(processes, 'gate-on-host.ts'), [url, `host-${index}`, wallStepSec], {
      execArgv: ['--require', join(processes, 'load-typescript.cjs')],
    }),
  )
  await Promise.all(hosts.map(message))
})
afterAll(async () => {
  hosts.forEach((host) => host.kill())
  await store.close()
  fake.stop()
})

/** A run asks for so many links, so that a thousand are asked for by 50 runs (FC_RUNS=5000). */
const linksPerRun = 20
const runsPerRun = 0.01

/** How many turns late each of the two hosts asks for each link. */
const lags = fc.array(fc.tuple(fc.nat(12), fc.nat(12)), {
  minLength: linksPerRun,
  maxLength: linksPerRun,
})

describe('gates on two hosts with clocks 90 s apart, on a server that loses every third answer', () => {
  it('never give two grants in one window', async () => {
    let [run, links] = [0, 0]
    await fc.assert(
      fc.asyncProperty(lags, async (late) => {
        run += 1
        const names = late.map((_, number) => `run ${run} link ${number}`)
        fake.faults.loseAnswerOfEvery = 3
        const answers = await Promise.all(
          hosts.map((host, which) => {
            host.send(names.map((link, number) => ({ link, lag: late[number]?.[which] ?? 0 })))
            return message<ReadonlyArray<string>>(host)
          }),
        )
        fake.faults.loseAnswerOfEvery = 0
        for (const [number, name] of names.entries()) {
          const types = await typesOf(store, streamOfLink(linkId(name)))
          expect(types.filter((type) => type === 'DialAttempted')).toHaveLength(1)
          const tags = answers.map((answer) => answer[number])
          expect(tags.toSorted()).toEqual(['Granted', 'Refused'])
          links += 1
        }
      }),
      { numRuns: Math.ceil(runs().numRuns * runsPerRun) },
    )
    expect(links).toBe(run * linksPerRun)
  })
})
