import Database from 'better-sqlite3'
import * as E from 'fp-ts/Either'
import * as O from 'fp-ts/Option'
import { rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type {
  Snapshot,
  SnapshotError,
  SnapshotKey,
  SnapshotStore,
} from '../../ports/snapshot-store'
import { busyTimeoutMs, type Connection } from './connection'
import { loadSnapshot } from './load-snapshot'
import { saveSnapshot } from './save-snapshot'
import { failureOf } from './sqlite-failure'

const createSnapshots = `
CREATE TABLE IF NOT EXISTS snapshots (
  ledger TEXT NOT NULL,
  projection TEXT NOT NULL,
  stream TEXT NOT NULL,
  version INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  head TEXT NOT NULL,
  view TEXT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (ledger, projection, stream)
) STRICT`

/**
 * The file of views beside a ledger: rebuilding them must not hold the lock that grants need. It is
 * `views.db` beside `ledger.db`, and `NAME.views.db` beside any other, so that two ledgers may share a
 * folder.
 */
export const viewsFileOf = (ledgerPath: string): string => {
  const name = basename(ledgerPath, '.db')
  return join(dirname(ledgerPath), name === 'ledger' ? 'views.db' : `${name}.views.db`)
}

/** Which file, whose snapshots in it, and whether this process may make and change it. */
export type SnapshotFile = {
  readonly path: string
  readonly ledgerId: string
  readonly readOnly: boolean
}

type Opened = {
  readonly close: () => void
  readonly load: (key: SnapshotKey) => Snapshot | undefined
  readonly save: (snapshot: Snapshot) => void
}

/**
 * Snapshots of one ledger in a SQLite file of their own, opened at their first use. A damaged file
 * is replaced: what is in it can be folded again.
 */
export const sqliteSnapshotStore = (file: SnapshotFile): SnapshotStore => {
  let opened: Opened | undefined
  const use = <A>(work: (snapshots: Opened) => A): E.Either<SnapshotError, A> => {
    try {
      opened ??= open(file)
      return E.right(work(opened))
    } catch (cause) {
      opened?.close()
      opened = undefined
      if (isDamaged(cause) && !file.readOnly) remove(file.path)
      const why = cause instanceof Error ? cause.message : String(cause)
      return E.left({ _tag: 'SnapshotsUnavailable', why, cause })
    }
  }
  return {
    load: (key) => () => Promise.resolve(use(({ load }) => O.fromNullable(load(key)))),
    save: (snapshot) => () => Promise.resolve(use(({ save }) => save(snapshot))),
    close: () => {
      opened?.close()
      opened = undefined
      return Promise.resolve()
    },
  }
}

const open = ({ path, ledgerId, readOnly }: SnapshotFile): Opened => {
  const connection = new Database(path, { timeout: busyTimeoutMs, readonly: readOnly })
  try {
    if (!readOnly) prepareFile(connection)
    return {
      close: () => connection.close(),
      load: loadSnapshot(connection, ledgerId),
      save: saveSnapshot(connection, ledgerId),
    }
  } catch (cause) {
    connection.close()
    throw cause
  }
}

/** Losing the latest snapshots in a power cut costs a fold, so they need no sync of their own. */
const prepareFile = (connection: Connection): void => {
  connection.pragma('journal_mode = WAL')
  connection.pragma('synchronous = NORMAL')
  connection.exec(createSnapshots)
}

const isDamaged = (cause: unknown): boolean =>
  ['corrupt', 'not-a-database'].includes(failureOf(cause))

const remove = (path: string): void => {
  for (const file of [path, `${path}-wal`, `${path}-shm`]) rmSync(file, { force: true })
}
