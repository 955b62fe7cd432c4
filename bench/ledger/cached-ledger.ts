import { copyFileSync, existsSync, mkdirSync, constants, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { generateLedger } from './generate-ledger'

/** To be raised whenever generated ledgers change: those in the cache are then made anew. */
const generatorVersion = 1

/** The nearest folder with a `package.json`: compiled benches lie deeper than their sources. */
const projectOf = (folder: string): string =>
  existsSync(join(folder, 'package.json')) ? folder : projectOf(dirname(folder))

/** The folder of the project. */
export const projectFolder = projectOf(__dirname)

/** The folder that benches keep their ledgers in; on the disk of the checkout, never in memory. */
export const benchFolder = join(projectFolder, '.cache', 'bench')

/** The path of the ledger with so many events, made if it is not there yet. Nobody writes to it. */
export const cachedLedger = async (
  events: number,
  say: (message: string) => void,
): Promise<string> => {
  const folder = join(benchFolder, `ledger-v${generatorVersion}-${events}`)
  const path = join(folder, 'ledger.db')
  if (existsSync(folder)) return path
  const building = `${folder}.${process.pid}`
  rmSync(building, { recursive: true, force: true })
  say(`making a ledger of ${events} events, once`)
  await generateLedger(join(building, 'ledger.db'), events)
  renameSync(building, folder)
  return path
}

/** A copy of a ledger to be written to. */
export type LedgerCopy = { readonly path: string; readonly remove: () => void }

let copies = 0

/** Copies a ledger; where the file system can share blocks, at once. */
export const copyOfLedger = (path: string): LedgerCopy => {
  const folder = join(benchFolder, `copy-${process.pid}-${copies++}`)
  mkdirSync(folder, { recursive: true })
  for (const suffix of ['', '.id']) {
    copyFileSync(`${path}${suffix}`, join(folder, `ledger.db${suffix}`), constants.COPYFILE_FICLONE)
  }
  return {
    path: join(folder, 'ledger.db'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
