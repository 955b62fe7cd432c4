import * as E from 'fp-ts/Either'
import type { TableProjection } from '../../projections/table-projection'
import type { ViewClaim, ViewTarget } from '../ports/view-store'
import { claimRole, untilAborted } from './claim-role'
import { followView } from './follow-view'
import type { ProjectionError, ProjectionMessage, Unsound } from './projection-message'
import type { ProjectionOptions, ProjectionParts } from './projection-parts'
import { rebuildView } from './rebuild-view'
import { tableVersionOf } from './table-version'
import { viewSoundness, type Soundness } from './view-soundness'

const retryMs = 1_000

/** The pause before a table is folded anew: what cannot be cured must not keep a processor busy. */
const anewMs = 200

/**
 * Keeps a projection's table true: from where it is true at, or anew where it is not sound, then live.
 * Of several runners of one projection one runs; the next takes over when that one is gone.
 */
export async function* runProjection<State>(
  parts: ProjectionParts,
  projection: TableProjection<State>,
  options: ProjectionOptions,
): AsyncGenerator<ProjectionMessage, void, undefined> {
  const { signal } = options
  const role = { projection: projection.name, role: 'run' } as const
  while (!signal.aborted) {
    const claim = yield* claimRole(parts.views, role, signal)
    const error = E.isLeft(claim)
      ? claim.left
      : yield* runClaimed(parts, projection, { ...options, claim: claim.right })
    if (error === null) return
    if (!isPassing(error)) return yield { _tag: 'Failed', error }
    yield { _tag: 'Interrupted', error, retryInMs: retryMs }
    await untilAborted(retryMs, signal)
  }
}

type Passing = Extract<
  ProjectionError,
  { readonly _tag: 'ViewsUnavailable' | 'ViewsDamaged' | 'Unavailable' | 'Superseded' }
>

const isPassing = (error: ProjectionError): error is Passing =>
  ['ViewsUnavailable', 'ViewsDamaged', 'Unavailable', 'Superseded'].includes(error._tag)

type Claimed = ProjectionOptions & { readonly claim: ViewClaim | null }

async function* runClaimed<State>(
  parts: ProjectionParts,
  projection: TableProjection<State>,
  { claim, ...options }: Claimed,
): AsyncGenerator<ProjectionMessage, ProjectionError | null, undefined> {
  if (claim === null) return null
  try {
    let because: Unsound | null = null
    let failedAnew = 0
    while (!options.signal.aborted) {
      const served = await servedSoundness(parts, projection)
      if (E.isLeft(served)) return served.left
      const found: Soundness = because === null ? served.right : { _tag: 'Unsound', because }
      const error: ProjectionError | null =
        found._tag === 'Sound'
          ? yield* follow(parts, projection, { ...options, claim, found })
          : yield* renew(parts, projection, { ...options, because: found.because })
      failedAnew = error !== null && found._tag === 'Unsound' ? failedAnew + 1 : 0
      // The first may have gone on with what another had begun; the second has folded all anew.
      if (error !== null && failedAnew > 1) return error
      if (error !== null && !(await isCuredByFoldingAnew(parts, projection, error))) return error
      if (error !== null) await untilAborted(anewMs, options.signal)
      because = error?._tag === 'StreamReplaced' ? 'rolled-back' : null
    }
    return null
  } finally {
    claim.release()
  }
}

/** An older copy of the ledger, or another table, may have been put in place meanwhile. */
const isCuredByFoldingAnew = async <State>(
  parts: ProjectionParts,
  projection: TableProjection<State>,
  error: ProjectionError,
): Promise<boolean> => {
  if (error._tag === 'ViewMoved' || error._tag === 'StreamReplaced') return true
  if (error._tag !== 'Corrupt') return false
  const served = await servedSoundness(parts, projection)
  return E.isRight(served) && served.right._tag === 'Unsound'
}

type Follow = ProjectionOptions & {
  readonly claim: ViewClaim
  readonly found: Extract<Soundness, { readonly _tag: 'Sound' }>
}

const follow = <State>(
  parts: ProjectionParts,
  projection: TableProjection<State>,
  { claim, found, ...options }: Follow,
) => {
  const { generation } = found.standing
  const target: ViewTarget = { ...tableVersionOf(projection), slot: 'served', generation, claim }
  const following = { ...options, target, from: found, until: 'told' as const, isStrict: false }
  return followView(parts, projection, following)
}

/** Somebody else may have rebuilt the table while this one waited to. */
const renew = <State>(
  parts: ProjectionParts,
  projection: TableProjection<State>,
  options: ProjectionOptions & { readonly because: Unsound },
) => {
  const isNeeded = async () => {
    const served = await servedSoundness(parts, projection)
    return E.isLeft(served) || options.because === 'rolled-back'
      ? E.map(() => true)(served)
      : E.right(served.right._tag === 'Unsound')
  }
  return rebuildView(parts, projection, { ...options, isNeeded })
}

/** What the served table is worth; that of a newer version is left alone. */
const servedSoundness = async <State>(
  parts: ProjectionParts,
  projection: TableProjection<State>,
): Promise<E.Either<ProjectionError, Soundness>> => {
  const { name, version } = tableVersionOf(projection)
  const standing = await parts.views.standing(name, 'served')()
  if (E.isLeft(standing)) return standing
  return standing.right !== null && standing.right.version > version
    ? E.left({ _tag: 'NewerView', version: standing.right.version })
    : viewSoundness(parts, version, standing.right)
}
