import * as E from 'fp-ts/Either'
import type { TableProjection } from '../../projections/table-projection'
import type { ViewClaim, ViewDifferences, ViewTarget } from '../ports/view-store'
import { buildView } from './build-view'
import { claimRole } from './claim-role'
import { followView } from './follow-view'
import type { ProjectionError, ProjectionMessage, Unsound } from './projection-message'
import type { ProjectionOptions, ProjectionParts } from './projection-parts'
import { tableVersionOf } from './table-version'
import { viewSoundness, type ViewPlace } from './view-soundness'

/**
 * What a fresh fold says of a table. `Unsound`: it is of no use as it is, so there was nothing to
 * compare; `Ended`: it was told to end before.
 */
export type Verified =
  | { readonly _tag: 'Compared'; readonly differences: ViewDifferences }
  | { readonly _tag: 'Unsound'; readonly because: Unsound }
  | { readonly _tag: 'Ended' }

/** Rows of each kind that are told one by one. */
const listedMax = 20

/** How often the fresh fold goes on to where a table has come meanwhile before it is given up. */
const triesMax = 100

type Verifying = AsyncGenerator<ProjectionMessage, E.Either<ProjectionError, Verified>, undefined>

/**
 * Folds a projection anew into a table of its own, up to the very place that the served one is true
 * at, and compares the two. The served table, and whoever keeps it true, are left alone.
 */
export async function* verifyView<State>(
  parts: ProjectionParts,
  projection: TableProjection<State>,
  options: ProjectionOptions,
): Verifying {
  const role = { projection: projection.name, role: 'verify' } as const
  const claim = yield* claimRole(parts.views, role, options.signal)
  if (E.isLeft(claim)) return claim
  if (claim.right === null) return E.right({ _tag: 'Ended' })
  try {
    return yield* compare(parts, projection, { ...options, claim: claim.right })
  } finally {
    claim.right.release()
  }
}

async function* compare<State>(
  parts: ProjectionParts,
  projection: TableProjection<State>,
  options: ProjectionOptions & { readonly claim: ViewClaim },
): Verifying {
  const served = await servedPlace(parts, projection)
  if (E.isLeft(served)) return served
  if ('because' in served.right) return E.right({ _tag: 'Unsound', because: served.right.because })
  const past = { ...options, pastUnreadable: true }
  const building = { ...past, slot: 'check', at: served.right } as const
  const made = yield* buildView(parts, projection, building)
  if (E.isLeft(made)) return made
  const { target } = made.right
  let { from } = made.right
  for (let tries = 0; tries < triesMax && !options.signal.aborted; tries += 1) {
    const to = await servedPlace(parts, projection)
    if (E.isLeft(to)) return to
    if ('because' in to.right) return E.right({ _tag: 'Unsound', because: to.right.because })
    const error = yield* followTo(parts, projection, { ...options, target, from, to: to.right })
    if (error !== null) return E.left(error)
    from = to.right
    const differences = await parts.views.differences(target, listedMax)()
    if (E.isLeft(differences)) return differences
    if (differences.right === null) continue
    const dropped = await parts.views.drop(target)()
    return E.isLeft(dropped)
      ? dropped
      : E.right({ _tag: 'Compared', differences: differences.right })
  }
  return options.signal.aborted
    ? E.right({ _tag: 'Ended' })
    : E.left({ _tag: 'ViewsUnavailable', why: 'the table never stood still to be compared' })
}

type FollowTo = ProjectionOptions & {
  readonly target: ViewTarget
  readonly from: ViewPlace
  readonly to: ViewPlace
}

async function* followTo<State>(
  parts: ProjectionParts,
  projection: TableProjection<State>,
  { to, ...options }: FollowTo,
): AsyncGenerator<ProjectionMessage, ProjectionError | null, undefined> {
  if (to.checkpoint === null) return null
  return yield* followView(parts, projection, {
    ...options,
    until: to.checkpoint,
    isStrict: false,
  })
}

const servedPlace = async <State>(
  parts: ProjectionParts,
  projection: TableProjection<State>,
): Promise<E.Either<ProjectionError, ViewPlace | { readonly because: Unsound }>> => {
  const { name, version } = tableVersionOf(projection)
  const standing = await parts.views.standing(name, 'served')()
  if (E.isLeft(standing)) return standing
  const sound = await viewSoundness(parts, version, standing.right)
  if (E.isLeft(sound)) return sound
  return E.right(sound.right)
}
