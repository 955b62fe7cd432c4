import * as E from 'fp-ts/Either'
import type { Gate, GateError, Granted, Refused } from '../../../src/application/gate'
import { linkGate } from '../../../src/application/link-gate'
import { recallingParts } from '../../../src/application/recalling-parts'
import { usualPatience } from '../../../src/adapters/eventstoredb/store-parts'
import { eventStoreDbAt } from '../eventstoredb-store'
import { aRequest, fakeClock, livenessThatJudges, partsOn, type FakeClock } from '../gate-world'
import { linkId } from '../link-id'

/** What the process is asked for over its channel: links at one uptime, each after so many turns. */
export type AskedLinks = {
  readonly atSec: number
  readonly links: ReadonlyArray<{ readonly link: string; readonly lag: number }>
}

/** What came of a request: its tag. */
export type AnswerTag = (Granted | Refused | GateError)['_tag'] | 'NotSettled'

/** A gate with a connection of its own: the loss of an answer takes no other's with it. */
const openGate = async (url: string, name: string, clock: FakeClock): Promise<Gate> => {
  const store = await eventStoreDbAt(url, { patience: { ...usualPatience, appendMs: 1000 } })
  const sleepMs = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms / 50))
  const parts = { ...partsOn(store, clock, name), sleepMs, sharedLeaseSec: 60 }
  return linkGate(
    recallingParts({ ...parts, newId: () => crypto.randomUUID() }),
    livenessThatJudges('unknown'),
  )
}

const fails = { started: true, normal: false, origin: 'exit:generic', code: 1, reason: 'exited' }

/** Asks for a link; what is granted fails at once. */
const ask = async (gate: Gate, clock: FakeClock, name: string): Promise<AnswerTag> => {
  const link = linkId(name)
  const answer = await gate.request(aRequest({ link }))()
  if (E.isLeft(answer)) return answer.left._tag
  if (answer.right._tag === 'Refused') return 'Refused'
  const { attempt } = answer.right
  const settled = { _tag: 'Settled', attempt, occurred: clock.read(), ...fails } as const
  const reported = await gate.report(link, settled)()
  return E.isRight(reported) ? 'Granted' : 'NotSettled'
}

/** A host: its own process, clients, boot and idea of the time; one link at once at each of its nodes. */
const gateOnHost = async (
  urls: ReadonlyArray<string>,
  name: string,
  wallStepSec: number,
): Promise<void> => {
  const clock = fakeClock(name)
  clock.wallSteps(wallStepSec)
  const gates: Gate[] = []
  for (const url of urls) gates.push(await openGate(url, name, clock))
  const answersTo = async ({ atSec, links }: AskedLinks): Promise<ReadonlyArray<AnswerTag>> => {
    clock.at(atSec)
    const answers: AnswerTag[] = []
    const left = [...links.entries()]
    const lane = async (gate: Gate): Promise<void> => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) {
        const [number, { link, lag }] = next
        for (let turn = 0; turn < lag; turn += 1) await new Promise(setImmediate)
        answers[number] = await ask(gate, clock, link)
      }
    }
    await Promise.all(gates.map(lane))
    return answers
  }
  process.on('message', (asked: AskedLinks) => {
    void answersTo(asked).then((answers) => process.send?.(answers))
  })
  process.send?.('ready')
}

const [, , name = '', wallStepSec = '0', ...urls] = process.argv
void gateOnHost(urls, name, Number(wallStepSec))
