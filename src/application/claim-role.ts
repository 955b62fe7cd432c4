import * as E from 'fp-ts/Either'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ViewClaim, ViewError, ViewRole, ViewStore } from '../ports/view-store'
import type { ProjectionMessage } from './projection-message'

/** How often somebody who waits looks whether the one before is gone. */
const pollMs = 100

/** Waits for a role of a projection; gives null when it was told to end meanwhile. */
export async function* claimRole(
  views: ViewStore,
  { projection, role }: { readonly projection: string; readonly role: ViewRole },
  signal: AbortSignal,
): AsyncGenerator<ProjectionMessage, E.Either<ViewError, ViewClaim | null>, undefined> {
  for (let tries = 0; !signal.aborted; tries++) {
    const claim = await views.claim(projection, role)()
    if (E.isLeft(claim) || claim.right !== null) return claim
    if (tries === 0) yield { _tag: 'Waiting', role }
    await untilAborted(pollMs, signal)
  }
  return E.right(null)
}

/** Waits for a while, or until it is told to end. */
export const untilAborted = (ms: number, signal: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
