import { createHash } from 'node:crypto'
import * as O from 'fp-ts/Option'
import type { Projection } from '../../projections/projection'
import { currentSchema, type StreamHead } from '../adapters/codec'
import type { Snapshot } from '../ports/snapshot-store'
import { viewOfText, viewText, viewTextForm } from './view-text'

/** A view, and the event that it is true at. */
export type ViewAt<View> = {
  readonly view: View
  readonly head: StreamHead & { readonly revision: bigint }
  /** Where that event is in this store: views hold positions, and a copy of the ledger has others. */
  readonly position: bigint
}

/** The snapshot of a view. */
export const snapshotOf = <View>(
  { name, version }: Projection<View>,
  { view, head, position }: ViewAt<View>,
): Snapshot => {
  const rest = {
    projection: name,
    version,
    stream: head.stream,
    revision: head.revision,
    head: `${head.hash}@${position}`,
    view: viewText(view),
  }
  return { ...rest, hash: hashOf(rest) }
}

/** The view in a snapshot; none when a single bit of it is not as it was written. */
export const viewOfSnapshot = <View>(
  projection: Projection<View>,
  stream: string,
  snapshot: Snapshot,
): O.Option<ViewAt<View>> => {
  const isSound =
    snapshot.projection === projection.name &&
    snapshot.version === projection.version &&
    snapshot.stream === stream &&
    snapshot.hash === hashOf(snapshot)
  if (!isSound) return O.none
  const [hash, position] = snapshot.head.split('@')
  if (hash === undefined || position === undefined) return O.none
  const head = { stream, revision: snapshot.revision, hash }
  // What the hash covers was made from a view of this version of this projection.
  return O.tryCatch(() => ({
    view: viewOfText(snapshot.view) as View,
    head,
    position: BigInt(position),
  }))
}

/**
 * Covers the schema too: a view over events that this version cannot read is not for it (R16). And the
 * form of the text, which this version might read as another view.
 */
const hashOf = (rest: Omit<Snapshot, 'hash'>): string =>
  createHash('sha256')
    .update(
      JSON.stringify([
        'open-interval/snapshot/v1',
        viewTextForm,
        currentSchema,
        rest.projection,
        rest.version,
        rest.stream,
        String(rest.revision),
        rest.head,
        rest.view,
      ]),
    )
    .digest('hex')
