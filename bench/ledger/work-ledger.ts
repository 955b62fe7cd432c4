import * as E from 'fp-ts/Either'
import { streamOfLink, type LinkId } from '../../domain/link-id'
import { retryWindows } from '../../projections/retry-windows'
import type { DialRequest, Gate, Granted, Refused } from '../../src/application/gate'
import type { LedgerParts } from '../../src/application/ledger-parts'
import { linkGate } from '../../src/application/link-gate'
import { openLedger } from '../../src/open-ledger'
import { valueOf } from '../value-of'
import { copyOfLedger } from './cached-ledger'
import { generatedLink } from './generate-ledger'

/** A ledger that benches grant dials on, in this process. */
export type WorkLedger = {
  readonly path: string
  readonly ledgerId: string
  readonly parts: LedgerParts
  readonly gate: Gate
  /** A link that nobody took before: it has a history, may be dialed, and was asked about. */
  readonly takeLink: () => Promise<LinkId>
  readonly close: () => Promise<void>
}

/** Copies a ledger and opens the copy. */
export const workLedgerOf = async (path: string): Promise<WorkLedger> => {
  const copy = copyOfLedger(path)
  const { parts, ledgerId, liveness, close } = valueOf(
    await openLedger(copy.path, { readOnly: false }),
  )
  // Number 0 is the link with a tenth of all events.
  let taken = 1
  return {
    path: copy.path,
    ledgerId,
    parts,
    gate: linkGate(parts, liveness),
    takeLink: async () => {
      const link = generatedLink(taken++)
      valueOf(await parts.fold(retryWindows, streamOfLink(link))())
      return link
    },
    close: async () => {
      await close()
      copy.remove()
    },
  }
}

/** Asks for a grant as a supervisor does for which nothing is to be prepared. */
export const ask = async (gate: Gate, link: LinkId): Promise<Granted | Refused> =>
  valueOf(await gate.request(requestOf(link))())

/** Asks for a grant that must be given. */
export const granted = async (gate: Gate, link: LinkId): Promise<Granted> => {
  const answer = await ask(gate, link)
  if (answer._tag === 'Granted') return answer
  throw new Error(`a bench was refused ${link}: ${JSON.stringify(answer.deniedBy)}`)
}

const requestOf = (link: LinkId): DialRequest => ({
  link,
  supervision: 'grant',
  dialer: 'generic',
  redialsItself: false,
  owner: null,
  prepare: () => Promise.resolve(E.right({ supervisor: null, session: null })),
})

/** Several links that nobody took before. */
export const takeLinks = async (
  { takeLink }: WorkLedger,
  count: number,
): Promise<ReadonlyArray<LinkId>> => {
  const links: LinkId[] = []
  while (links.length < count) links.push(await takeLink())
  return links
}
