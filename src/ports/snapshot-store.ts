import type { Option } from 'fp-ts/Option'
import type { TaskEither } from 'fp-ts/TaskEither'

/** What a snapshot is of: the view of one projection over one stream. */
export type SnapshotKey = { readonly projection: string; readonly stream: string }

/**
 * The view of a projection as it stood at a revision of a stream. `view` is the view as text, `head`
 * the hash and the position of the event at that revision, `hash` the SHA-256 of everything else.
 */
export type Snapshot = SnapshotKey & {
  readonly version: number
  readonly revision: bigint
  readonly head: string
  readonly view: string
  readonly hash: string
}

/** Why snapshots cannot be read or written; nothing but time is lost. */
export type SnapshotError = {
  readonly _tag: 'SnapshotsUnavailable'
  readonly why: string
  readonly cause: unknown
}

/** Keeps the newest snapshot of each projection and stream. It is a cache: nothing relies on it. */
export interface SnapshotStore {
  readonly load: (key: SnapshotKey) => TaskEither<SnapshotError, Option<Snapshot>>
  readonly save: (snapshot: Snapshot) => TaskEither<SnapshotError, void>
  readonly close: () => Promise<void>
}
