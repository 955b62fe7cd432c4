import Database from 'better-sqlite3'
import * as E from 'fp-ts/Either'
import type {
  EvidenceSpool,
  PlacedEvidence,
  SpooledEvidence,
  SpoolError,
  SpoolOrder,
  SpoolRange,
  StoredId,
} from '../../ports/evidence-spool'
import type { Connection } from './connection'
import { bytesOfUuid } from './event-row'

/** Some 3 GB of temporary files. */
const evidenceMax = 20_000_000

/** Pieces that are written down at a time. */
const addedMax = 512

/** Memory that the temporary database may take before it is written to disk, in KiB. */
const cacheKib = 8192

const createEvidence = `
CREATE TABLE evidence (
  at INTEGER PRIMARY KEY, part INTEGER, link INTEGER, event INTEGER, code INTEGER, seconds INTEGER,
  second INTEGER, millis INTEGER, record INTEGER, offset INTEGER, recovered INTEGER
)`

const insertEvidence = `
INSERT INTO evidence (part, link, event, code, seconds, second, millis, record, offset, recovered)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

const createPlaced = `
CREATE TABLE placed (
  part INTEGER, link INTEGER, place INTEGER, event INTEGER, code INTEGER, seconds INTEGER,
  second INTEGER, millis INTEGER, record INTEGER, offset INTEGER, recovered INTEGER, earlier INTEGER,
  PRIMARY KEY (part, link, place)
) WITHOUT ROWID`

const logOrder = (direction: 'ASC' | 'DESC'): string =>
  `recovered DESC, CASE recovered WHEN 1 THEN record END, CASE recovered WHEN 1 THEN at END,
  at ${direction}`

const insertPlaced = (direction: 'ASC' | 'DESC'): string => `
INSERT INTO placed
SELECT part, link, row_number() OVER (PARTITION BY part, link ORDER BY ${logOrder(direction)}) - 1,
  event, code, seconds, second, millis, record, offset, recovered,
  row_number() OVER (
    PARTITION BY part, link, second, event, code, seconds ORDER BY ${logOrder(direction)}) - 1
FROM evidence`

const selectPlaced = `
SELECT event, code, seconds, second, millis, record, offset, recovered, earlier FROM placed
WHERE part = ? AND link = ? AND place >= ? ORDER BY place LIMIT ?`

const createStored = `
CREATE TABLE stored (stream INTEGER, id BLOB, ofFile INTEGER, PRIMARY KEY (stream, id)) WITHOUT ROWID`

const insertStored = 'INSERT OR IGNORE INTO stored (stream, id, ofFile) VALUES (?, ?, ?)'

const selectStored = 'SELECT ofFile FROM stored WHERE stream = ? AND id = ?'

const countOfFile = 'SELECT count(*) FROM stored WHERE ofFile = 1'

type PlacedRow = readonly [
  event: number,
  code: number | null,
  seconds: number | null,
  second: number,
  millis: number,
  record: number,
  offset: number,
  recovered: number,
  earlier: number,
]

/** What stands for no link: links are numbered from 0. */
const noLink = -1

/** A database without a name: SQLite writes it to a file that is gone once it is closed, or this process is. */
const openTemporary = (): Connection => {
  const connection = new Database('')
  for (const setting of ['journal_mode = OFF', 'temp_store = FILE', `cache_size = -${cacheKib}`])
    connection.pragma(setting)
  for (const statement of [createEvidence, createPlaced, createStored]) connection.exec(statement)
  // One transaction that never ends: nothing is written before the memory is full.
  connection.exec('BEGIN')
  return connection
}

const failed = (cause: unknown): SpoolError => {
  const what = cause instanceof Error ? cause.message : String(cause)
  const next = 'make room in the folder for temporary files, or name another in SQLITE_TMPDIR'
  return { _tag: 'Unavailable', why: `the evidence cannot be spooled (${what}); ${next}`, cause }
}

/** A spool in a temporary database: what does not fit into its cache goes to disk. */
export const sqliteEvidenceSpool = (): EvidenceSpool => {
  let opened: Statements | undefined
  const spool = (): Statements => (opened ??= statementsOn(openTemporary()))
  const streams = new Map<string, number>()
  const streamOf = (stream: string): number => numbered(streams, stream)
  let waiting: SpooledEvidence[] = []
  let problem: SpoolError | undefined

  const writeDown = (): void => {
    const written = attempt(() => waiting.forEach(spool().insertEvidence))
    waiting = []
    if (E.isLeft(written)) problem ??= written.left
  }
  return {
    evidenceMax,
    add: (evidence) => {
      waiting.push(evidence)
      if (waiting.length >= addedMax) writeDown()
    },
    arrange: (order) => {
      writeDown()
      return problem === undefined ? attempt(() => spool().arrange(order)) : E.left(problem)
    },
    read: (range) => attempt(() => spool().read(range)),
    remember: (stream, ids) =>
      attempt(() => ids.forEach((one) => spool().remember(streamOf(stream), one))),
    remembered: (stream, ids) =>
      attempt(() => new Map(ids.flatMap((id) => spool().remembered(streamOf(stream), id)))),
    countOfFile: () => attempt(() => spool().countOfFile()),
    close: () => opened?.connection.close(),
  }
}

const numbered = (numbers: Map<string, number>, name: string): number => {
  const known = numbers.get(name) ?? numbers.size
  numbers.set(name, known)
  return known
}

const attempt = <A>(act: () => A): E.Either<SpoolError, A> => E.tryCatch(act, failed)

type Statements = ReturnType<typeof statementsOn>

const statementsOn = (connection: Connection) => {
  const insert = connection.prepare(insertEvidence)
  const select = connection.prepare<[number, number, number, number], PlacedRow>(selectPlaced).raw()
  const insertId = connection.prepare<[number, Buffer, number]>(insertStored)
  const selectId = connection.prepare<[number, Buffer], number>(selectStored).pluck()
  const count = connection.prepare<[], number>(countOfFile).pluck()
  return {
    connection,
    insertEvidence: (one: SpooledEvidence): void => {
      const { part, link, eventId, code, seconds, stated, record, offset, isRecovered } = one
      const second = Math.floor(stated / 1000)
      const time = [second, stated - second * 1000] as const
      const place = [record, offset, Number(isRecovered)] as const
      insert.run(part, link ?? noLink, eventId, code, seconds, ...time, ...place)
    },
    arrange: (order: SpoolOrder): void => {
      connection.exec(insertPlaced(order === 'newest-first' ? 'DESC' : 'ASC'))
      connection.exec('DELETE FROM evidence')
    },
    read: ({ part, link, from, limit }: SpoolRange): ReadonlyArray<PlacedEvidence> =>
      select.all(part, link ?? noLink, from, limit).map((row) => placedOf({ part, link }, row)),
    remember: (stream: number, { id, isOfFile }: StoredId): void => {
      insertId.run(stream, bytesOfUuid(id), Number(isOfFile))
    },
    remembered: (stream: number, id: string): ReadonlyArray<readonly [string, StoredId]> => {
      const ofFile = selectId.get(stream, bytesOfUuid(id))
      return ofFile === undefined ? [] : [[id, { id, isOfFile: ofFile === 1 }]]
    },
    countOfFile: (): number => count.get() ?? 0,
  }
}

const placedOf = ({ part, link }: Pick<SpoolRange, 'part' | 'link'>, row: PlacedRow) => ({
  part,
  link,
  eventId: row[0],
  code: row[1],
  seconds: row[2],
  stated: row[3] * 1000 + row[4],
  record: row[5],
  offset: row[6],
  isRecovered: row[7] === 1,
  count: row[8],
})
