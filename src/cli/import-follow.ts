import * as E from 'fp-ts/Either'
import type { ImportOptions } from '../application/import-log'
import { readEarlierImports } from '../application/import-log-earlier'
import { followLogs, type Followed } from '../application/follow-logs'
import { listenForStop } from '../application/stop'
import { findLogFiles } from '../import/find-log-files'
import { openGrowingFile } from '../import/growing-file'
import { cliFailure, type CliFailure, type CliLedger, type CliParts } from './cli-parts'
import { exitCodes } from './exit-codes'
import { tellingOf } from './import-follow-text'
import { readFailure } from './read-failure'
import type { CommandResult, LedgerOptions } from './run-command'

/** What is followed, and how it is read. */
export type FollowFiles = {
  readonly paths: ReadonlyArray<string>
  readonly options: ImportOptions
}

/** Imports what text logs have more of until SIGINT or SIGTERM; then says what it did. */
export const importFollowing = async (
  parts: CliParts,
  { ledger, flags }: { readonly ledger: CliLedger; readonly flags: LedgerOptions },
  { paths, options }: FollowFiles,
): Promise<CommandResult> => {
  const unusable = await notToBeFollowed(paths, options)
  if (unusable !== null) return E.left(unusable)
  const earlier = await readEarlierImports(ledger.parts.store)
  if (E.isLeft(earlier)) return E.left(readFailure(earlier.left))
  const stop = listenForStop(process)
  const telling = tellingOf(parts, flags)
  parts.err(`open-interval: following ${paths.join(', ')}; SIGINT or SIGTERM ends it\n`)
  const followed = await followLogs(
    { parts: ledger.parts, earlier: earlier.right, options },
    { paths, stop, onOutcome: telling.outcome },
  )
  stop.close()
  telling.summary(paths, followed)
  return endOf(followed)
}

const endOf = ({ error }: Followed): CommandResult =>
  error === null ? E.right(exitCodes.ok) : E.left(failureOf(error))

const failureOf = (error: NonNullable<Followed['error']>): CliFailure =>
  error._tag === 'Denied'
    ? readFailure(error)
    : cliFailure(exitCodes.unavailable, `${error._tag}; run the same import again to complete it`)

/** Why what was named cannot be followed; null: all of it can. */
const notToBeFollowed = async (
  paths: ReadonlyArray<string>,
  { format }: ImportOptions,
): Promise<CliFailure | null> => {
  for (const path of paths) {
    const { files, unusable } = await findLogFiles(path)
    const [problem] = unusable
    if (problem !== undefined) return badInput(problem.file, problem.message)
    if (files[0]?.file !== path)
      return badInput(path, 'a folder cannot be followed: name its files')
    if (format === 'evt' || (await isBinaryLog(path))) return badInput(path, binaryLog)
  }
  return null
}

const binaryLog =
  'a binary event log cannot be followed: Windows rewrites it in place; import it again from time to time'

const badInput = (file: string, message: string): CliFailure =>
  cliFailure(exitCodes.badInput, `${file}: ${message}`)

const isBinaryLog = async (path: string): Promise<boolean> => {
  try {
    const file = await openGrowingFile(path)
    const isBinary = await file.isBinaryLog()
    await file.close()
    return isBinary
  } catch {
    return false
  }
}
