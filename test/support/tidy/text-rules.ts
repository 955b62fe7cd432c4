import { type FileRule, findingsByLine, isCode, isFixture } from './source-file'

/** The longest file, in lines. */
export const fileLinesMax = 250

/** The longest file in `test/`, in lines: a table of every state and command is read as one. */
export const testLinesMax = 500

/** Files that may be longer, each with the reason. */
export const longFiles: ReadonlyMap<string, string> = new Map([
  ['domain/dialing.ts', 'a decider stays whole: its commands, its rejections, decide'],
  ['domain/dialing-evolve.ts', 'the same decider: evolve'],
])

/** A file of code is short enough to be read at once. */
export const filesAreShort: FileRule = (file) => (longFiles.has(file.path) ? [] : overlong(file))

/** Unfinished work is an issue, not a comment. */
export const nothingIsLeftToDo: FileRule = (file) =>
  isFixture(file.path) || file.path === 'package-lock.json'
    ? []
    : findingsByLine(file, unfinished, 'finish it or open an issue')

/** Nothing names the machine that it was made on, or where its packages came from. */
export const noMachineIsNamed: FileRule = (file) =>
  isFixture(file.path)
    ? []
    : findingsByLine(file, machine, 'names a machine, a folder of one, or a registry')

/** Lines end with LF, but in recordings of systems where they do not. */
export const linesEndWithLf: FileRule = (file) =>
  isFixture(file.path) ? [] : findingsByLine(file, /\r/, 'ends lines with CR')

const overlong: FileRule = ({ path, text }) => {
  if (!isCode(path) || isFixture(path)) return []
  const lines = text.trimEnd().split('\n').length
  const linesMax = path.startsWith('test/') ? testLinesMax : fileLinesMax
  return lines <= linesMax
    ? []
    : [{ path, line: linesMax, why: `${lines} lines, ${linesMax} at most` }]
}

// Written in pieces, so that this file keeps its own rules.
const unfinished = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX'].join('|')})\\b`)

const folders = ['home', 'Users', 'root', 'work'].map((name) => `(?<![\\w.$}~/-])/${name}/\\w`)
const hosts = [
  'registry\\.[a-z]',
  'npm' + 'js\\.',
  'verd' + 'accio',
  'arti' + 'factory',
  '"resol' + 'ved"',
]
const machine = new RegExp([...folders, ...hosts].join('|'))
