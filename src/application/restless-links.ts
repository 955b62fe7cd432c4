import * as E from 'fp-ts/Either'
import { withAbandonment } from '../../domain/dialing'
import { parseLinkId } from '../../domain/link-id'
import type { ReadError } from '../ports/event-store'
import type { RestlessLink } from './copy-errors'
import type { LedgerParts } from './ledger-parts'
import { loadLink } from './load-link'

/**
 * Which of these streams' links have an open attempt. One that passed its dial timeout and never
 * came up is abandoned for every gate, recorded or not, so it is no reason to wait.
 */
export const restlessLinks = async (
  parts: LedgerParts,
  streams: ReadonlyArray<string>,
): Promise<E.Either<ReadError, ReadonlyArray<RestlessLink>>> => {
  const restless: RestlessLink[] = []
  for (const stream of streams) {
    const link = parseLinkId(stream.slice('link-'.length))
    if (E.isLeft(link)) continue
    const loaded = await loadLink(parts, link.right)()
    if (E.isLeft(loaded)) return loaded
    const now = parts.clock.read()
    const context = {
      site: loaded.right.site,
      now,
      occurred: now,
      draw: parts.draw,
      link: link.right,
    }
    const { attempt } = withAbandonment(context, loaded.right.state)
    if (attempt === null) continue
    const { up, granted } = attempt
    restless.push({
      link: link.right,
      phase: up === null ? 'dialing' : 'connected',
      since: (up?.at ?? granted).wall,
    })
  }
  return E.right(restless)
}
