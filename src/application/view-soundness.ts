import * as E from 'fp-ts/Either'
import type { ReadError } from '../ports/event-store'
import type { ViewStanding } from '../ports/view-store'
import { isReadError, parseCheckpoint, positionOf, type Checkpoint } from './checkpoint'
import type { ProjectionParts } from './projection-parts'
import type { Unsound } from './projection-message'

/** Where a table is true at: `position` in this store; both null before the first event. */
export type ViewPlace = {
  readonly checkpoint: Checkpoint | null
  readonly position: bigint | null
}

/** What a table is worth. */
export type Soundness =
  | ({ readonly _tag: 'Sound'; readonly standing: ViewStanding } & ViewPlace)
  | { readonly _tag: 'Unsound'; readonly because: Unsound }

/** Whether a table was made by this version of a fold, of events that are in this ledger. */
export const viewSoundness = async (
  { store, ledgerId }: ProjectionParts,
  version: number,
  standing: ViewStanding | null,
): Promise<E.Either<ReadError, Soundness>> => {
  if (standing === null) return E.right(unsound('none'))
  if (standing.version !== version) return E.right(unsound('changed-fold'))
  if (standing.ledgerId !== ledgerId) return E.right(unsound('foreign-ledger'))
  if (standing.checkpoint === null) {
    return E.right({ _tag: 'Sound', standing, checkpoint: null, position: null })
  }
  const parsed = parseCheckpoint(standing.checkpoint)
  if (E.isLeft(parsed)) return E.right(unsound('damaged'))
  const position = await positionOf(store, ledgerId)(parsed.right)
  if (E.isRight(position)) {
    const checkpoint = { ...parsed.right, position: position.right }
    return E.right({ _tag: 'Sound', standing, checkpoint, position: position.right })
  }
  if (isReadError(position.left)) return E.left(position.left)
  const isForeign = position.left._tag === 'ForeignLedger'
  return E.right(unsound(isForeign ? 'foreign-ledger' : 'rolled-back'))
}

const unsound = (because: Unsound): Soundness => ({ _tag: 'Unsound', because })
