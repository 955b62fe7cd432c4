import * as E from 'fp-ts/Either'
import { linkGate } from '../../../src/application/link-gate'
import { usualPatience } from '../../../src/adapters/eventstoredb/store-parts'
import { eventStoreDbAt } from '../eventstoredb-store'
import { aRequest, fakeClock, livenessThatJudges, partsOn } from '../gate-world'
import { linkId } from '../link-id'

/** What the process is asked for over its channel: links, each after so many turns. */
type Asked = ReadonlyArray<{ readonly link: string; readonly lag: number }>

/** A gate on a host of its own: its own process, client, boot and idea of the time. */
const gateOnHost = async (url: string, name: string, wallStepSec: number): Promise<void> => {
  // Some appends are left without an answer when the call that carries them is reset.
  const patience = { ...usualPatience, appendMs: 400 }
  const store = await eventStoreDbAt(url, { patience })
  const clock = fakeClock(name)
  clock.wallSteps(wallStepSec)
  const sleepMs = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms / 50))
  const parts = { ...partsOn(store, clock, name), sleepMs, sharedLeaseSec: 60 }
  const gate = linkGate(
    { ...parts, newId: () => crypto.randomUUID() },
    livenessThatJudges('unknown'),
  )
  process.on('message', (asked: Asked) => {
    void Promise.all(
      asked.map(async ({ link, lag }) => {
        for (let turn = 0; turn < lag; turn += 1) await new Promise(setImmediate)
        const answer = await gate.request(aRequest({ link: linkId(link) }))()
        return E.isRight(answer) ? answer.right._tag : answer.left._tag
      }),
    ).then((answers) => process.send?.(answers))
  })
  process.send?.('ready')
}

const [, , url = '', name = '', wallStepSec = '0'] = process.argv
void gateOnHost(url, name, Number(wallStepSec))
