import { fork, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { streamOfLink } from '../../../domain/link-id'
import type { StreamItem } from '../../../domain/events'
import type { EventStore } from '../../../src/ports/event-store'
import { eventStoreDbAt } from '../../support/eventstoredb-store'
import {
  startFakeEventStoreDb,
  type FakeEventStoreDb,
} from '../../support/fake-eventstoredb/fake-eventstoredb'
import { eventsOf } from '../../support/gate-world'
import { linkId } from '../../support/link-id'
import type { AnswerTag, AskedLinks } from '../../support/processes/gate-on-host'
import { seededRandom } from '../../support/seeded-random'
import { wrongDials, type Witnessed } from '../../support/wrong-dials'

const links = Number(process.env['GATE_LINKS'] ?? 100)
const seeds = Number(process.env['GATE_SEEDS'] ?? 1)
const firstSeed = Number(process.env['GATE_SEED'] ?? Date.now() % 1e6)
const allSeeds = Array.from({ length: seeds }, (_, index) => firstSeed + index)

const gateOnHost = join(__dirname, '../../support/processes/gate-on-host.ts')
const loadTypescript = join(__dirname, '../../support/processes/load-typescript.cjs')

const message = <A>(child: ChildProcess): Promise<A> =>
  new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`a gate ended with ${code ?? 'none'}`))
    child.once('exit', ended)
    child.once('message', (answer) => {
      child.off('exit', ended)
      resolve(answer as A)
    })
  })

/** Nodes with one log. More than one, because a process has one connection to each, and those are limited. */
const nodesCount = 6

let fakes: ReadonlyArray<FakeEventStoreDb>
let store: EventStore
let hosts: ReadonlyArray<ChildProcess>
beforeAll(async () => {
  const first = await startFakeEventStoreDb()
  fakes = [first]
  while (fakes.length < nodesCount) {
    fakes = [...fakes, await startFakeEventStoreDb({ log: first.log })]
  }
  const urls = fakes.map(({ port }) => `esdb://127.0.0.1:${port}?tls=false`)
  store = await eventStoreDbAt(`esdb://127.0.0.1:${first.port}?tls=false`)
  hosts = ['0', '90'].map((wallStepSec, index) =>
    fork(gateOnHost, [`host-${index}`, wallStepSec, ...urls], {
      execArgv: ['--require', loadTypescript],
    }),
  )
  await Promise.all(hosts.map(message))
  for (const { faults } of fakes) faults.loseAnswerOfEvery = 3
}, 60_000)
afterAll(async () => {
  hosts.forEach((host) => host.kill())
  await store.close()
  for (const { stop } of fakes) stop()
})

/** Appends that the nodes were sent so far. */
const appendsSent = (): number => fakes.reduce((sum, { seen }) => sum + seen.appends, 0)

/** Both hosts ask for every link at one time, each link in another order of the two. */
const bothAsk = (
  names: ReadonlyArray<string>,
  atSec: number,
  random: () => number,
): Promise<ReadonlyArray<ReadonlyArray<AnswerTag>>> =>
  Promise.all(
    hosts.map((host) => {
      const lagging = names.map((link) => ({ link, lag: Math.floor(random() * 12) }))
      const asked: AskedLinks = { atSec, links: lagging }
      host.send(asked)
      return message<ReadonlyArray<AnswerTag>>(host)
    }),
  )

/** The uptimes of both hosts begin and go on together, so that they tell the true time. */
const witnessed = (item: StreamItem): Witnessed => {
  if (item.type === 'Unreadable') throw new Error(`${item.stream} holds what cannot be read`)
  return { cs: item.metadata.appended.uptimeCs, item }
}

/** Seconds at which both ask: twice in the window of each failure, and once it is over. */
const timesSec = [0, 1, 599, 602]

describe('gates on two hosts with clocks 90 s apart, on a server that loses every third answer', () => {
  it.each(allSeeds)(
    `never give two grants in one window of ${links} links, seed %d`,
    async (seed) => {
      const random = seededRandom(seed)
      const names = Array.from({ length: links }, (_, number) => `seed ${seed} link ${number}`)
      const appendsBefore = appendsSent()
      const answers: ReadonlyArray<AnswerTag>[] = []
      for (const atSec of timesSec) answers.push(...(await bothAsk(names, atSec, random)))
      const [wrongs, grants]: [string[], number[]] = [[], []]
      for (const name of names) {
        const stream = streamOfLink(linkId(name))
        const seen = (await eventsOf(store, stream)).map(witnessed)
        wrongs.push(...wrongDials(seen).map((wrong) => `${name}: ${wrong}`))
        grants.push(seen.filter(({ item }) => item.type === 'DialAttempted').length)
      }
      const tags = answers.flat()
      const count = (tag: AnswerTag) => tags.filter((answer) => answer === tag).length
      process.stdout.write(
        `gates on two hosts: GATE_SEED=${seed} links=${links}: ${count('Granted')} grants, ` +
          `${count('Refused')} refusals, ${appendsSent() - appendsBefore} appends sent\n`,
      )
      expect(wrongs).toEqual([])
      // One grant in the first window, one when it was over: none twice, and none left out.
      expect(grants).toEqual(names.map(() => 2))
      expect([count('Granted'), count('Refused')]).toEqual([2 * links, 6 * links])
    },
    60_000 + links * 600,
  )
})
