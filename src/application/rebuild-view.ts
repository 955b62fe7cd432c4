import * as E from 'fp-ts/Either'
import type { TableProjection } from '../../projections/table-projection'
import type { ViewClaim, ViewTarget } from '../ports/view-store'
import { buildView } from './build-view'
import { checkpointText } from './checkpoint'
import { claimRole, untilAborted } from './claim-role'
import { followView } from './follow-view'
import type { ProjectionError, ProjectionMessage, Unsound } from './projection-message'
import type { ProjectionOptions, ProjectionParts } from './projection-parts'
import { viewSoundness, type ViewPlace } from './view-soundness'

/** The pause before the new table goes on to where the served one has come meanwhile. */
const retryMs = 100

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
    const served = await serve(parts, target)
    if (E.isLeft(served)) return served.left
    if (served.right) {
      yield { _tag: 'Served' }
      return null
    }
    await untilAborted(retryMs, signal)
  }
  return null
}

/**
 * A served table that is not sound may tell of more events than there are: an older copy of the ledger
 * was put in its place. One that was made on another store of this ledger has other positions.
 */
const serve = async (
  parts: ProjectionParts,
  target: ViewTarget,
): Promise<E.Either<ProjectionError, boolean>> => {
  const standing = await parts.views.standing(target.name, 'served')()
  if (E.isLeft(standing)) return standing
  const sound = await viewSoundness(parts, target.version, standing.right)
  if (E.isLeft(sound)) return sound
  const isComparable =
    sound.right._tag === 'Sound' &&
    (sound.right.checkpoint === null ||
      checkpointText(sound.right.checkpoint) === sound.right.standing.checkpoint)
  return parts.views.serve(target, isComparable)()
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
