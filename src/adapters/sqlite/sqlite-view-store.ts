import Database from 'better-sqlite3'
import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import { mkdirSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import type { ViewClaim, ViewError, ViewStore, ViewTarget } from '../../ports/view-store'
import { beginView } from './begin-view'
import { claimView } from './claim-view'
import { compareViews } from './compare-views'
import { busyTimeoutMs, type Connection } from './connection'
import { dropView } from './drop-view'
import { fileAt } from './file-at'
import { loadStates, loadStatesAfter } from './load-states'
import { patiently } from './patiently'
import { serveView } from './serve-view'
import { failureOf } from './sqlite-failure'
import { createViewTables, viewsSchema } from './view-schema'
import { viewStanding } from './view-standing'
import { writeView } from './write-view'

const operationsOn = (connection: Connection) => ({
  connection,
  file: fileAt(connection.name),
  claim: claimView(connection),
  standing: viewStanding(connection),
  begin: beginView(connection),
  states: loadStates(connection),
  statesAfter: loadStatesAfter(connection),
  write: writeView(connection),
  serve: serveView(connection),
  compare: compareViews(connection),
  drop: dropView(connection),
  epochOf: connection
    .prepare<[string, string], number>(
      'SELECT epoch FROM view_runs WHERE projection = ? AND role = ?',
    )
    .pluck(),
})

type Operations = ReturnType<typeof operationsOn>

/** How long to wait for other writers of the file: snapshots are written there, too. */
const giveUpMs = 10_000

/** Tables of views in a SQLite file, opened at their first use; a damaged file is removed. */
export const sqliteViewStore = (path: string): ViewStore => {
  let opened: Operations | undefined
  const close = (): void => {
    opened?.connection.close()
    opened = undefined
  }
  const current = (): Operations => {
    if (opened !== undefined && fileAt(path) !== opened.file) close()
    return (opened ??= open(path))
  }
  const errorOf = (cause: unknown): ViewError => {
    const failure = viewErrorOf(cause)
    if (failure._tag === 'ViewsDamaged') {
      // Another process may have put a sound file there meanwhile.
      if (opened === undefined || fileAt(path) === opened.file) remove(path)
      close()
    }
    return failure
  }
  const use = <A>(work: (operations: Operations) => A): TE.TaskEither<ViewError, A> =>
    patiently({ giveUpMs, errorOf }, () => work(current()))
  const guarded = <A>(
    claim: ViewClaim,
    work: (operations: Operations) => E.Either<ViewError, A>,
  ): TE.TaskEither<ViewError, A> =>
    pipe(
      use((operations) =>
        operations.connection
          .transaction(() =>
            holdsRole(operations, claim) ? work(operations) : E.left(superseded(claim)),
          )
          .immediate(),
      ),
      TE.flatMap(TE.fromEither),
    )
  const onTarget = <A>(target: ViewTarget, work: (operations: Operations) => A) =>
    guarded(target.claim, (operations) =>
      operations.standing(target.name, target.slot)?.generation === target.generation
        ? E.right(work(operations))
        : E.left(moved(target)),
    )
  return {
    path,
    claim: (projection, role) => use(({ claim }) => claim({ projection, role })),
    standing: (projection, slot) => use(({ standing }) => standing(projection, slot) ?? null),
    begin: (version, { slot, claim }, at) =>
      guarded(claim, ({ begin }) => {
        const generation = begin(version, { slot, ...at })
        const checkpoint = at.checkpoint?.text ?? null
        return E.right({ ...at, generation, version: version.version, checkpoint })
      }),
    states: ({ generation }, streams) => use(({ states }) => states(generation, streams)),
    statesAfter: ({ generation }, stream, limit) =>
      use(({ statesAfter }) => statesAfter(generation, stream, limit)),
    write: (target, change) => onTarget(target, ({ write }) => write(target, change)),
    serve: (target, isComparable) => onTarget(target, ({ serve }) => serve(target, isComparable)),
    differences: (target, listedMax) =>
      onTarget(target, ({ compare }) => compare(target, listedMax) ?? null),
    drop: (target) => onTarget(target, ({ drop }) => drop(target.name, target.slot)),
    close: () => {
      close()
      return Promise.resolve()
    },
  }
}

const open = (path: string): Operations => {
  mkdirSync(dirname(path), { recursive: true })
  const connection = new Database(path, { timeout: busyTimeoutMs })
  try {
    connection.pragma('journal_mode = WAL')
    // What a power cut takes is folded again from the checkpoint that was stored with it.
    connection.pragma('synchronous = NORMAL')
    if (Number(connection.pragma('user_version', { simple: true })) > viewsSchema) {
      throw new Error('a newer version of this program made the views; update this one')
    }
    connection.exec(createViewTables)
    connection.pragma(`user_version = ${viewsSchema}`)
    return operationsOn(connection)
  } catch (cause) {
    connection.close()
    throw cause
  }
}

const holdsRole = ({ epochOf }: Operations, { projection, role, epoch }: ViewClaim): boolean =>
  epochOf.get(projection, role) === epoch

const superseded = ({ projection, role }: ViewClaim): ViewError => ({
  _tag: 'Superseded',
  why: `another process took over to ${role} ${projection}`,
})

const moved = ({ name, slot }: ViewTarget): ViewError => ({
  _tag: 'ViewMoved',
  why: `the ${slot} table of ${name} was replaced`,
})

const viewErrorOf = (cause: unknown): ViewError => {
  const why = cause instanceof Error ? cause.message : String(cause)
  switch (failureOf(cause)) {
    case 'corrupt':
    case 'not-a-database':
      return { _tag: 'ViewsDamaged', why, cause }
    case 'denied':
    case 'read-only':
      return { _tag: 'ViewsDenied', why, cause }
    default:
      return { _tag: 'ViewsUnavailable', why, cause }
  }
}

const remove = (path: string): void => {
  for (const file of [path, `${path}-wal`, `${path}-shm`]) rmSync(file, { force: true })
}
