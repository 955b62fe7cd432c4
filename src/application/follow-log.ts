import { stat } from 'node:fs/promises'
import { openGrowingFile, type GrowingFile } from '../import/growing-file'
import { importLog, type ImportInto } from './import-log'
import type { ImportOutcome } from './import-log-outcome'

/** One log that is followed: what was last seen of it, and what of that is in the ledger. */
export type FollowedLog = {
  readonly path: string
  file: GrowingFile | null
  /** Size and time of change when it was last looked at, and when it was last imported. */
  seen: string
  imported: string
  /** In milliseconds of `performance.now()`: since when it changes; null: it does not. */
  changingSince: number | null
}

/** A log of which nothing was read yet. */
export const notYetFollowed = (path: string): FollowedLog => ({
  path,
  file: null,
  seen: '',
  imported: '',
  changingSince: null,
})

/** How long a log may change without a pause before it is read all the same. */
const changingMsMax = 10_000

/**
 * Imports what a log has more of. A log that is just being written is left until it pauses, unless
 * `isLast`; its last line counts once it is ended. What was rotated away is read to its end first.
 */
export const importGrowth = async (
  into: ImportInto,
  log: FollowedLog,
  isLast: boolean,
): Promise<ReadonlyArray<ImportOutcome>> => {
  const rotated = await finishRotated(into, log)
  log.file ??= await opened(log.path)
  if (log.file === null) return rotated
  const grown = await importFile(into, { log, file: log.file, isLast })
  return grown === null ? rotated : [...rotated, grown]
}

/** Whether there is something that a later look will import. */
export const isChanging = ({ changingSince }: FollowedLog): boolean => changingSince !== null

const opened = async (path: string): Promise<GrowingFile | null> => {
  try {
    return await openGrowingFile(path)
  } catch {
    return null
  }
}

const inodeAt = async (path: string): Promise<bigint | null> =>
  stat(path, { bigint: true }).then(
    ({ ino }) => ino,
    () => null,
  )

/** When another file has the name now, the one before will not be found again: all of it is read. */
const finishRotated = async (
  into: ImportInto,
  log: FollowedLog,
): Promise<ReadonlyArray<ImportOutcome>> => {
  const { file } = log
  if (file === null) return []
  const inode = await inodeAt(log.path)
  if (inode === null || inode === file.inode) return []
  const rest = await importFile(into, { log, file, isLast: true })
  await file.close()
  Object.assign(log, notYetFollowed(log.path))
  return rest === null ? [] : [rest]
}

type Growth = {
  readonly log: FollowedLog
  readonly file: GrowingFile
  readonly isLast: boolean
}

const importFile = async (
  into: ImportInto,
  { log, file, isLast }: Growth,
): Promise<ImportOutcome | null> => {
  const { size, mtimeNs } = await file.look()
  const now = `${size} ${mtimeNs}`
  const isPaused = now === log.seen
  log.seen = now
  if (now === log.imported) return null
  log.changingSince ??= performance.now()
  const isDue = isPaused || performance.now() - log.changingSince > changingMsMax
  if (!isLast && !isDue) return null
  log.changingSince = null
  const end = await file.wholeLines(size)
  const outcome = end === 0 ? null : await importTo(into, log.path, file.bytesTo.bind(null, end))
  if (outcome?._tag !== 'ledger') log.imported = now
  return outcome
}

/** A reading that adds no evidence is not stored: a log that others write to changes all the time. */
const importTo = async (
  into: ImportInto,
  file: string,
  bytes: () => ReturnType<GrowingFile['bytesTo']>,
): Promise<ImportOutcome | null> => {
  const planned = await importLog(
    { ...into, options: { ...into.options, isDryRun: true } },
    { file, bytes: bytes() },
  )
  if (planned._tag !== 'imported') return planned
  if (planned.logs.every(({ events }) => events === 0)) return null
  return importLog(into, { file, bytes: bytes() })
}
