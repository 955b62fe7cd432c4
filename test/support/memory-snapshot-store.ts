import * as E from 'fp-ts/Either'
import * as O from 'fp-ts/Option'
import type { Snapshot, SnapshotStore } from '../../src/ports/snapshot-store'

/** Snapshots in memory, and everything that was ever saved, for tests to look at and to spoil. */
export const memorySnapshotStore = (): SnapshotStore & {
  readonly saved: Snapshot[]
  readonly spoil: (change: (snapshot: Snapshot) => Snapshot) => void
} => {
  const kept = new Map<string, Snapshot>()
  const saved: Snapshot[] = []
  return {
    load:
      ({ projection, stream }) =>
      () =>
        Promise.resolve(E.right(O.fromNullable(kept.get(`${projection} ${stream}`)))),
    save: (snapshot) => () => {
      saved.push(snapshot)
      kept.set(`${snapshot.projection} ${snapshot.stream}`, snapshot)
      return Promise.resolve(E.right(undefined))
    },
    close: () => Promise.resolve(),
    saved,
    spoil: (change) => kept.forEach((snapshot, key) => kept.set(key, change(snapshot))),
  }
}
