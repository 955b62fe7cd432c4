import type { Dirent, Stats } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import * as E from 'fp-ts/Either'

/** A file to read. `isNamed`: a person named it; else it was found in a folder. */
export type FoundLogFile = {
  readonly file: string
  readonly size: number
  readonly isNamed: boolean
}

/** A path that cannot be read as a log, and why. */
export type UnusablePath = { readonly file: string; readonly message: string }

/** What a path leads to: files to read, and what cannot be read. */
export type FoundLogFiles = {
  readonly files: ReadonlyArray<FoundLogFile>
  readonly unusable: ReadonlyArray<UnusablePath>
}

/** Folders within folders, and files of one run, that are looked at. */
const depthMax = 32
const filesMax = 100_000

const messages: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder; check the path',
  EACCES: 'you may not read it; run as a user who may, or copy the file',
  EPERM: 'you may not read it; run as a user who may, or copy the file',
  ELOOP: 'it is a symbolic link that leads nowhere',
  EIO: 'the medium cannot be read here; copy what can be saved first',
  EISDIR: 'it is a folder; name the folder itself to import what is in it',
}

/** Gives the sentence that tells why the operating system does not let a file be read. */
export const describeFileFailure = (cause: unknown): string => {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  return messages[code] ?? (cause instanceof Error ? cause.message : String(cause))
}

const attempt = async <A>(action: () => Promise<A>): Promise<E.Either<string, A>> => {
  try {
    return E.right(await action())
  } catch (cause) {
    return E.left(describeFileFailure(cause))
  }
}

const kindOf = (stats: Stats): string | null => {
  if (stats.isFIFO()) return 'a named pipe'
  if (stats.isSocket()) return 'a socket'
  if (stats.isCharacterDevice() || stats.isBlockDevice()) return 'a device'
  return null
}

const none: FoundLogFiles = { files: [], unusable: [] }

const unusable = (file: string, message: string): FoundLogFiles => ({
  files: [],
  unusable: [{ file, message }],
})

const both = (first: FoundLogFiles, second: FoundLogFiles): FoundLogFiles => ({
  files: [...first.files, ...second.files].slice(0, filesMax),
  unusable: [...first.unusable, ...second.unusable].slice(0, filesMax),
})

const findAt = async (file: string, depth: number): Promise<FoundLogFiles> => {
  const stats = await attempt(() => stat(file))
  if (E.isLeft(stats)) return unusable(file, stats.left)
  if (stats.right.isDirectory()) return depth < depthMax ? findIn(file, depth) : none
  const kind = kindOf(stats.right)
  if (kind !== null) return unusable(file, `it is ${kind}, not a file; save the log as a file`)
  return { files: [{ file, size: stats.right.size, isNamed: depth === 0 }], unusable: [] }
}

/** A link to a folder may lead back up: it is left alone. */
const leadsToFolder = async (file: string, entry: Dirent): Promise<boolean> => {
  if (!entry.isSymbolicLink()) return false
  const stats = await attempt(() => stat(file))
  return E.isRight(stats) && stats.right.isDirectory()
}

const findIn = async (folder: string, depth: number): Promise<FoundLogFiles> => {
  const entries = await attempt(() => readdir(folder, { withFileTypes: true }))
  if (E.isLeft(entries)) return unusable(folder, entries.left)
  const shown = entries.right.filter(({ name }) => !name.startsWith('.'))
  let found = none
  for (const entry of shown.toSorted((first, second) => (first.name < second.name ? -1 : 1))) {
    const file = join(folder, entry.name)
    if (!(await leadsToFolder(file, entry))) found = both(found, await findAt(file, depth + 1))
  }
  return depth === 0 && found.files.length + found.unusable.length === 0
    ? unusable(folder, 'the folder holds no file')
    : found
}

/** Gives the files that a path names, those in a folder by name; hidden ones are left alone. */
export const findLogFiles = (path: string): Promise<FoundLogFiles> => findAt(path, 0)
