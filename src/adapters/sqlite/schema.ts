/** Marks a SQLite file as a ledger of ours ("OpIn"). */
export const applicationId = 0x4f70496e

/** The schema that this version writes and reads, in `PRAGMA user_version`. */
export const schemaVersion = 1

/** Names streams by small integers, in the order of their first events. */
export const createStreams = `
CREATE TABLE streams (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  category TEXT NOT NULL
) STRICT`

/** One row an event. Rows lie in the order of their positions, so that an append touches one end. */
export const createEvents = `
CREATE TABLE events (
  position INTEGER PRIMARY KEY,
  stream INTEGER NOT NULL REFERENCES streams (id),
  revision INTEGER NOT NULL,
  id BLOB NOT NULL CHECK (length(id) = 16),
  type TEXT NOT NULL,
  data TEXT NOT NULL,
  metadata TEXT NOT NULL,
  UNIQUE (stream, revision)
) STRICT`

const guard = (name: string, event: string, when?: string): string => `
CREATE TRIGGER ${name} BEFORE ${event} ${when === undefined ? '' : `WHEN ${when}`}
BEGIN SELECT raise(ABORT, 'the ledger is append-only (${name})'); END`

/** Makes both tables append-only, for every program that writes to the file. */
export const createGuards: ReadonlyArray<string> = [
  guard('events_update', 'UPDATE ON events'),
  guard('events_delete', 'DELETE ON events'),
  guard('streams_update', 'UPDATE ON streams'),
  guard('streams_delete', 'DELETE ON streams'),
  // INSERT OR REPLACE deletes without firing delete triggers unless recursive_triggers is on.
  guard(
    'events_dense',
    'INSERT ON events',
    `new.revision <> (
      SELECT coalesce(max(revision), -1) + 1 FROM events WHERE stream = new.stream)`,
  ),
  guard(
    'events_ordered',
    'INSERT ON events',
    'new.position <> -1 AND new.position <= (SELECT max(position) FROM events)',
  ),
  guard(
    'streams_replace',
    'INSERT ON streams',
    'EXISTS (SELECT 1 FROM streams WHERE id = new.id OR name = new.name)',
  ),
]
