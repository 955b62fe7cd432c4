import type { LogAnswer, WantedRevision } from './fake-log'
import type { ProposedEvent } from './logged-event'
import type { FakeNode } from './node'

/** One append as either kind of call brings it. */
export type WantedAppend = {
  readonly stream: string
  readonly wanted: WantedRevision
  readonly events: ReadonlyArray<ProposedEvent>
}

/** What an append comes to, faults included. */
export type Played =
  | LogAnswer
  | { readonly _tag: 'Timeout' }
  | { readonly _tag: 'NotReady' }
  /** The call is reset: instead of the answer, or before anything was committed. */
  | { readonly _tag: 'Lost' }

/** Appends as the node's faults let it. */
export const playAppend = (node: FakeNode, append: WantedAppend): Played => {
  const { faults, log, seen } = node
  seen.appends += 1
  if (faults.quorum === 'lost') {
    faults.quorum = 'known to be lost'
    return { _tag: 'Timeout' }
  }
  if (faults.quorum === 'known to be lost') return { _tag: 'NotReady' }
  if (faults.refuse > 0) {
    faults.refuse -= 1
    return { _tag: 'Lost' }
  }
  const answer = log.append(append.stream, append.wanted, append.events)
  const isLost = faults.loseAnswerOfEvery > 0 && seen.appends % faults.loseAnswerOfEvery === 0
  return isLost ? { _tag: 'Lost' } : answer
}
