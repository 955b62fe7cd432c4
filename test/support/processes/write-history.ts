import * as E from 'fp-ts/Either'
import { setTimeout as sleep } from 'node:timers/promises'
import type { LedgerEvent } from '../../../domain/events'
import { emptyHead, headOf, sealEvents, type StreamHead } from '../../../src/adapters/codec'
import { openLedger } from '../../../src/open-ledger'
import type { EventStore } from '../../../src/ports/event-store'
import { aGrant } from '../event-builders'
import { seededRandom } from '../seeded-random'

const links = Array.from({ length: 12 }, (_, index) => `link-isp-${index}`)

const events: ReadonlyArray<LedgerEvent> = [
  aGrant(),
  { type: 'DialStarted', data: { pid: 1 } },
  { type: 'ConnectionErrorOccurred', data: { origin: 'exit:pppd', code: 16 } },
  { type: 'ConnectionOpenFailed', data: { origin: 'exit:pppd', code: 16 } },
  { type: 'DialRefused', data: { deniedBy: [], retryAfterSec: 60 } },
  { type: 'LinkReleased', data: { reason: 'test', past: null } },
  {
    type: 'RetryPolicyChanged',
    data: { set: { openIntervalSec: 900 }, unset: [], reason: 'test', effectiveFrom: null },
  },
]

const headIn = async (store: EventStore, stream: string): Promise<StreamHead> => {
  const page = await store.readStream({ stream, direction: 'backwards', from: 'end', limit: 1 })()
  if (E.isLeft(page)) throw new Error(page.left.why)
  const [newest] = page.right.events
  return newest === undefined ? emptyHead(stream) : headOf(newest)
}

type Writing = { readonly seed: number; readonly pauseMsMax: number }

/** Appends what links may have in their streams, some at a time, until it is ended. */
const writeHistory = async (path: string, { seed, pauseMsMax }: Writing): Promise<void> => {
  const opened = await openLedger(path, { readOnly: false })
  if (E.isLeft(opened)) throw new Error(opened.left.why)
  const { store, clock, newId } = opened.right.parts
  const random = seededRandom(seed)
  const pick = <A>(from: ReadonlyArray<A>): A => from[Math.floor(random() * from.length)]!
  const heads = new Map<string, StreamHead>()
  const grants = new Map<string, string>()
  for (;;) {
    const stream = random() < 0.02 ? 'site-policy' : pick(links)
    const head = heads.get(stream) ?? (await headIn(store, stream))
    const event = stream === 'site-policy' ? events.at(-1)! : pick(events)
    const [id, now] = [newId(), clock.read()]
    if (event.type === 'DialAttempted') grants.set(stream, id)
    const attempt = event.type === 'DialAttempted' ? undefined : grants.get(stream)
    const metadata = {
      schema: 1 as const,
      occurred: now,
      appended: now,
      host: 'h',
      source: { kind: 'gate' as const },
      actor: 'tester',
      ...(attempt === undefined ? {} : { attempt }),
    }
    const sealed = sealEvents(head, [{ ...event, id, metadata }])
    if (E.isLeft(sealed)) throw new Error(sealed.left.why)
    const appended = await store.append(stream, head.revision, sealed.right.events)()
    if (E.isLeft(appended)) throw new Error(JSON.stringify(appended.left))
    heads.set(stream, sealed.right.head)
    await sleep(random() * pauseMsMax)
  }
}

const [path = '', seed, pauseMsMax] = process.argv.slice(2)
void writeHistory(path, { seed: Number(seed), pauseMsMax: Number(pauseMsMax) })
