import * as E from 'fp-ts/Either'
import type { TableProjection } from '../../projections/table-projection'
import type { ViewClaim } from '../ports/view-store'
import { buildView } from './build-view'
import { claimRole } from './claim-role'
import { followView } from './follow-view'
import type { ProjectionError, ProjectionMessage, Unsound } from './projection-message'
import type { ProjectionOptions, ProjectionParts } from './projection-parts'
import type { ViewPlace } from './view-soundness'

/** A rebuild: why, and whether it still has to be done once nobody else does it. */
export type RebuildOptions = ProjectionOptions & {
  readonly because: Unsound | 'asked'
  readonly isNeeded: () => Promise<E.Either<ProjectionError, boolean>>
}

type Telling = AsyncGenerator<ProjectionMessage, ProjectionError | null, undefined>

/**
 * Folds a projection from the first event into a table beside the served one, and puts it in its place
 * once it has caught up. What a killed rebuild left is gone on with. Gives the error that ended it.
 */
export async function* rebuildView<State>(
  parts: ProjectionParts,
  projection: TableProjection<State>,
  options: RebuildOptions,
): Telling {
  const role = { projection: projection.name, role: 'rebuild' } as const
  const claim = yield* claimRole(parts.views, role, options.signal)
  if (E.isLeft(claim)) return claim.left
  if (claim.right === null) return null
  try {
    const needed = await options.isNeeded()
    if (E.isLeft(needed)) return needed.left
    if (!needed.right) return null
    yield { _tag: 'Anew', because: options.because }
    return yield* buildAndServe(parts, projection, { ...options, claim: claim.right })
  } finally {
    claim.right.release()
  }
}

type Building = ProjectionOptions & { readonly claim: ViewClaim }

async function* buildAndServe<State>(
  parts: ProjectionParts,
  projection: TableProjection<State>,
  building: Building,
): Telling {
  const made = yield* buildView(parts, projection, { ...building, slot: 'next', at: null })
  if (E.isLeft(made)) return made.left
  const { signal, pastUnreadable } = building
  let { from } = made.right
  const { target, end } = made.right
  const progressTo = projection.order === 'by-position' ? end : null
  while (!signal.aborted) {
    const following = {
      ...building,
      target,
      from,
      until: 'caught-up' as const,
      progressTo,
      isStrict: !pastUnreadable,
    }
    const error = yield* withoutCaughtUp(followView(parts, projection, following), (place) => {
      from = place
    })
    // What was made so far is of events that are not there any more.
    if (error?._tag === 'StreamReplaced') await parts.views.drop(target)()
    if (error !== null) return error
    // Without having caught up it ended because it was told to.
    if (isEnded(signal)) return null
    const served = await parts.views.serve(target)()
    if (E.isLeft(served)) return served.left
    if (!served.right) continue
    yield { _tag: 'Served' }
    return null
  }
  return null
}

const isEnded = (signal: AbortSignal): boolean => signal.aborted

/** People are told that a table has caught up once it is the one that serves. */
async function* withoutCaughtUp(
  messages: ReturnType<typeof followView>,
  stored: (place: ViewPlace) => void,
): Telling {
  for (;;) {
    const { done, value } = await messages.next()
    if (done === true) return value
    if (value._tag === 'Stored') {
      stored({ checkpoint: value.checkpoint, position: value.checkpoint.position })
    }
    if (value._tag !== 'CaughtUp') yield value
  }
}
