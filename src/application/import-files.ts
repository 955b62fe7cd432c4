import * as E from 'fp-ts/Either'
import type { LinkId } from '../../domain/link-id'
import { findLogFiles, type FoundLogFile } from '../import/find-log-files'
import { logFile } from '../import/log-file'
import type { AppendError } from '../ports/event-store'
import type { ImportParts } from './import-parts'
import { importLog, type ImportInto, type ImportOptions } from './import-log'
import { readEarlierImports } from './import-log-earlier'
import { notImported, type ImportedLog, type ImportOutcome } from './import-log-outcome'

/** How far a run is: the bytes of a file count {@link passes} times. */
export type ImportProgress = {
  readonly onStart: (totalBytes: number) => void
  readonly onRead: (bytes: number) => void
}

/** A file's bytes are read for its code page, its dates and its records; storing them is as much again. */
const passes = 4

/** What became of a whole run. */
export type ImportRun = {
  /**
   * `bad-input`: something that a person named was not imported; `ledger`: the ledger failed, and
   * another run completes what this one began.
   */
  readonly _tag: 'ok' | 'bad-input' | 'ledger'
  readonly logs: ReadonlyArray<ImportedLog>
  readonly mustWait: ReadonlyArray<LinkId>
  readonly notes: ReadonlyArray<string>
  readonly error: AppendError | null
}

/** What is imported, and how. */
export type ImportRequest = {
  readonly paths: ReadonlyArray<string>
  readonly options: ImportOptions
  readonly progress: ImportProgress
}

type Work = {
  readonly found: ReadonlyArray<FoundLogFile>
  readonly unusable: ReadonlyArray<ImportOutcome>
}

const findAll = async (paths: ReadonlyArray<string>): Promise<Work> => {
  const all = await Promise.all(paths.map(findLogFiles))
  return {
    found: all.flatMap(({ files }) => files),
    unusable: all
      .flatMap(({ unusable }) => unusable)
      .map(({ file, message }) => notImported('refused', { file }, message)),
  }
}

const importFound = async (
  into: ImportInto,
  found: ReadonlyArray<FoundLogFile>,
  onRead: (bytes: number) => void,
): Promise<ReadonlyArray<ImportOutcome>> => {
  const outcomes: ImportOutcome[] = []
  for (const { file, size, isNamed } of found) {
    let told = 0
    const tell = (bytes: number): void => {
      told += bytes
      onRead(bytes)
    }
    const onStored = (share: number): void => tell(share * size)
    const outcome = await importLog(into, { file, bytes: logFile(file, tell), onStored })
    onRead(Math.max(0, size * passes - told))
    const isRefused = outcome._tag === 'foreign' && isNamed
    outcomes.push(isRefused ? { ...outcome, _tag: 'refused' } : outcome)
    if (outcome._tag === 'ledger') return outcomes
  }
  return outcomes
}

const tagOf = (outcomes: ReadonlyArray<ImportOutcome>): ImportRun['_tag'] => {
  if (outcomes.some(({ _tag }) => _tag === 'ledger')) return 'ledger'
  const isAllWell = outcomes.every(({ _tag }) => _tag !== 'refused')
  return isAllWell && outcomes.some(({ _tag }) => _tag === 'imported') ? 'ok' : 'bad-input'
}

/** Imports files and what is in folders, one after the other. */
export const importFiles = async (
  parts: ImportParts,
  { paths, options, progress }: ImportRequest,
): Promise<ImportRun> => {
  const { found, unusable } = await findAll(paths)
  progress.onStart(found.reduce((sum, { size }) => sum + size, 0) * passes)
  const earlier = await readEarlierImports(parts.store)
  if (E.isLeft(earlier)) {
    return { _tag: 'ledger', logs: [], mustWait: [], notes: [], error: earlier.left }
  }
  const into = { parts, earlier: earlier.right, options }
  const outcomes = [...unusable, ...(await importFound(into, found, progress.onRead))]
  return {
    _tag: tagOf(outcomes),
    logs: outcomes.flatMap(({ logs }) => logs),
    mustWait: [...new Set(outcomes.flatMap(({ mustWait }) => mustWait))],
    notes: [...new Set(outcomes.flatMap(({ notes }) => notes))],
    error: outcomes.find(({ error }) => error !== null)?.error ?? null,
  }
}
