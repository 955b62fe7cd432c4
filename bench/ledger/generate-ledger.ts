import * as E from 'fp-ts/Either'
import { parseLinkId, streamOfLink, type LinkId } from '../../domain/link-id'
import { emptyHead, sealEvents, type StreamHead } from '../../src/adapters/codec'
import { createLedger, openLedger } from '../../src/open-ledger'
import type { EventStore } from '../../src/ports/event-store'
import { valueOf } from '../value-of'
import { generatedOutage, type GeneratedAppend, type OutagePlace } from './generated-outage'

/** How many links a generated ledger spreads its events over, once it has that many outages. */
const linksMax = 10_000

/** One outage of so many is the asked link's, so that it has a tenth of all events. */
const askedOneOf = 10

/** Outages that are appended at a time, some five hundred appends. */
const outagesPerBatch = 64

/** The link with a number; 0 is the one with a tenth of the ledger's events. */
export const generatedLink = (link: number): LinkId => valueOf(parseLinkId(`isp-${link}`))

/** Makes a ledger of so many events, and the few more that its last outage takes. Always the same. */
export const generateLedger = async (path: string, events: number): Promise<void> => {
  valueOf(await createLedger(path))
  const { parts, close } = valueOf(await openLedger(path, { readOnly: false }))
  const heads = new Map<number, StreamHead>()
  let written = 0
  for (let first = 0; written < events; first += outagesPerBatch) {
    const batch: Array<Promise<number>> = []
    for (let index = first; index < first + outagesPerBatch; index++) {
      if (written >= events) break
      const place = placeOf(index)
      for (const append of generatedOutage(place)) {
        batch.push(appended(parts.store, append, { heads, link: place.link }))
        written += append.length
      }
    }
    await Promise.all(batch)
  }
  await close()
}

const placeOf = (index: number): OutagePlace => {
  const asked = Math.floor(index / askedOneOf)
  if (index % askedOneOf === 0) return { link: 0, outage: asked }
  const other = index - asked - 1
  return { link: 1 + (other % (linksMax - 1)), outage: Math.floor(other / (linksMax - 1)) }
}

type Heads = { readonly heads: Map<number, StreamHead>; readonly link: number }

const appended = async (
  store: EventStore,
  events: GeneratedAppend,
  { heads, link }: Heads,
): Promise<number> => {
  const stream = streamOfLink(generatedLink(link))
  const head = heads.get(link) ?? emptyHead(stream)
  const sealed = valueOf(sealEvents(head, events))
  heads.set(link, sealed.head)
  const result = await store.append(stream, head.revision, sealed.events)()
  if (E.isLeft(result)) throw new Error(`not appended: ${JSON.stringify(result.left)}`)
  return sealed.events.length
}
