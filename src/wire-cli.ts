import * as E from 'fp-ts/Either'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AuditHost } from './cli/audit'
import type { OpenCopyTarget } from './cli/copy'
import type { DemoProgram } from './cli/demo'
import type { DialCommandHost } from './cli/dial'
import type { GrantHost } from './cli/grant'
import type { DoctorFinding, ExamineHost } from './cli/doctor'
import type { ImportHost } from './cli/import'
import type { InitLedger } from './cli/init'
import type { RebuildHost } from './cli/rebuild'
import type { ReadClock } from './cli/record'
import type { WatchHost } from './cli/status-watch'
import { cliFailure, type CliFailure, type CliLedger, type CliParts } from './cli/cli-parts'
import { exitCodes, type ExitCode } from './cli/exit-codes'
import { storeLocation, type StoreLocation } from './cli/store-location'
import type { LedgerError } from './open-ledger'

/** What the commands are built from on a real host. */
export type Wired = {
  readonly parts: CliParts
  readonly initLedger: InitLedger
  readonly openCopyTarget: OpenCopyTarget
  readonly dialHost: () => Promise<DialCommandHost>
  readonly grantHost: () => Promise<GrantHost>
  readonly examineHost: ExamineHost
  readonly readClock: ReadClock
  readonly demoProgram: () => DemoProgram
  readonly auditHost: () => Promise<AuditHost>
  readonly watchHost: () => Promise<WatchHost>
  readonly rebuildHost: () => Promise<RebuildHost>
  readonly importHost: () => Promise<ImportHost>
  readonly version: () => string
}

/** Where the package is, from `dist/src`. */
const packageFolder = join(__dirname, '..', '..')

/** Wires the commands to this process, this host and the embedded store. */
export const wiredParts = (): Wired => ({
  parts: {
    env: process.env,
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    isTerminal: process.stderr.isTTY,
    openLedger: openNamed,
  },
  initLedger: initNamed,
  openCopyTarget: openNamedTarget,
  dialHost,
  grantHost,
  examineHost,
  readClock,
  demoProgram: () => ({
    main: join(__dirname, 'start.js'),
    stormLog: join(packageFolder, 'docs', 'examples', 'q150927-storm.txt'),
  }),
  auditHost,
  watchHost,
  rebuildHost,
  importHost,
  version: () => versionIn(join(packageFolder, 'package.json')),
})

const isRoot = (): boolean => process.getuid?.() === 0

const openNamed: CliParts['openLedger'] = async (store, access) => {
  const location = storeLocation(store, process.env, isRoot())
  if (E.isLeft(location)) return location
  const { openLedger } = await import('./open-ledger')
  const address = addressOf(location.right)
  const opened = await openLedger(placeOf(location.right), { readOnly: access === 'read' })
  if (E.isLeft(opened)) return E.left(failureOf(opened.left, exitCodes.unavailable))
  const ledger = opened.right
  const notes =
    ledger.access === 'private-copy'
      ? [`${ledger.path} cannot be written: a private copy is read, which stands still`]
      : []
  const shown = location.right.kind === 'sqlite' ? address : ledger.path
  const named: CliLedger = { ...ledger, store: shown, address, notes }
  return E.right(named)
}

/** What opens a ledger by name, in the environment as on the command line. */
const addressOf = (location: StoreLocation): string =>
  location.kind === 'sqlite' ? `sqlite:${location.path}` : location.url

const placeOf = (location: StoreLocation): string =>
  location.kind === 'sqlite' ? location.path : location.url

const initNamed: InitLedger = async (store) => {
  const location = storeLocation(store, process.env, isRoot())
  if (E.isLeft(location)) return location
  const { createLedger } = await import('./open-ledger')
  const created = await createLedger(placeOf(location.right))
  if (E.isLeft(created)) return E.left(failureOf(created.left, exitOfCreation(created.left)))
  const { shown, ...ledger } = created.right
  return E.right({ store: location.right.kind === 'sqlite' ? `sqlite:${shown}` : shown, ...ledger })
}

const openNamedTarget: OpenCopyTarget = async (to, origin) => {
  const location = storeLocation(to, process.env, isRoot())
  if (E.isLeft(location)) return location
  const { openToCopyInto } = await import('./wire-copy')
  const opened = await openToCopyInto(location.right, origin)
  return E.isLeft(opened) ? E.left(failureOf(opened.left, exitOfCreation(opened.left))) : opened
}

const exitOfCreation = (error: LedgerError): ExitCode =>
  error._tag === 'LedgerMissing' || error._tag === 'LedgerIdMismatch'
    ? exitCodes.unavailable
    : exitCodes.cannotCreate

const exitOf = (error: LedgerError, exitCode: ExitCode): ExitCode => {
  if (error._tag === 'BadConnection') return exitCodes.usage
  return error._tag === 'Denied' && exitCode === exitCodes.unavailable
    ? exitCodes.personMustAct
    : exitCode
}

const failureOf = (error: LedgerError, exitCode: ExitCode): CliFailure =>
  cliFailure(exitOf(error, exitCode), `${error.path}: ${error.why}; ${error.next}`)

const dialHost = async (): Promise<DialCommandHost> => {
  const [
    { nearestOwner, processWithPid },
    { findCommand },
    { linuxDialerHost },
    { listenForStop },
  ] = await Promise.all([
    import('./adapters/linux/owner-process'),
    import('./adapters/linux/find-command'),
    import('./adapters/linux/dialer-host'),
    import('./application/stop'),
  ])
  return {
    ownerOf: (pid) => (pid === null ? nearestOwner() : processWithPid(pid)),
    findCommand,
    dialers: (lockFolder) => linuxDialerHost({ lockFolder }),
    listenForStop: () => listenForStop(process),
  }
}

const grantHost = async (): Promise<GrantHost> => {
  const [{ nearestOwner, processWithPid }, { lockFileOf, probeLock }] = await Promise.all([
    import('./adapters/linux/owner-process'),
    import('./adapters/linux/link-lock'),
  ])
  return {
    ownerOf: (pid) => (pid === null ? nearestOwner() : processWithPid(pid)),
    isLockHeld: async (folder, link) => (await probeLock(lockFileOf(folder, link))) !== 'free',
  }
}

const readClock: ReadClock = async () => {
  const { openLinuxClock } = await import('./adapters/linux/clock')
  const clock = openLinuxClock()
  return E.isLeft(clock) ? null : clock.right.read()
}

const examineHost: ExamineHost = async (ledger) => {
  const [{ examineLinuxFile, examineLinuxHost }, { examineLocks }, { networkFileSystemOf }] =
    await Promise.all([
      import('./adapters/linux/examine-host'),
      import('./adapters/linux/examine-locks'),
      import('./adapters/sqlite/network-file-system'),
    ])
  const folder = ledger.locksFolder
  const networkFileSystem = (existsSync(folder) ? networkFileSystemOf(folder) : null) ?? null
  return [
    ...(ledger.address.startsWith('sqlite:')
      ? [examineLinuxFile(ledger.address.slice('sqlite:'.length)), synchronous]
      : await examineServer(ledger)),
    ...examineLinuxHost(ledger.parts.clock.read()),
    ...(await examineLocks({ folder, networkFileSystem })),
  ]
}

const synchronous = {
  check: 'synchronous',
  level: 'ok',
  what: 'FULL: read back at every open',
  next: null,
} as const

const examineServer = async (ledger: CliLedger): Promise<ReadonlyArray<DoctorFinding>> => {
  const { examineLedgerServer } = await import('./adapters/eventstoredb/examine-server')
  return examineLedgerServer(ledger.address, ledger.parts.store)
}

const auditHost = async (): Promise<AuditHost> => {
  const { scratchLedger } = await import('./scratch-ledger')
  const now = () => new Date().toISOString()
  return { scratch: () => scratchLedger(now), now }
}

const importHost = async (): Promise<ImportHost> => {
  const { sqliteEvidenceSpool } = await import('./adapters/sqlite/evidence-spool')
  return { openSpool: sqliteEvidenceSpool }
}

const watchHost = async (): Promise<WatchHost> => {
  const { listenForStop } = await import('./application/stop')
  return {
    written: (text) =>
      new Promise((resolve) => {
        process.stdout.write(text, (error) => resolve(!(error instanceof Error)))
      }),
    listenForStop: () => listenForStop(process),
    screen: () => {
      const { isTTY, columns, rows } = process.stdout
      return isTTY ? { columns, rows } : null
    },
  }
}

const rebuildHost = async (): Promise<RebuildHost> => {
  const [{ sqliteViewStore }, { listenForStop }] = await Promise.all([
    import('./adapters/sqlite/sqlite-view-store'),
    import('./application/stop'),
  ])
  return {
    openViews: ({ viewsFile }) => sqliteViewStore(viewsFile),
    listenForStop: () => listenForStop(process),
  }
}

const versionIn = (file: string): string => {
  const found: unknown = JSON.parse(readFileSync(file, 'utf8'))
  return typeof found === 'object' && found !== null && 'version' in found
    ? String(found.version)
    : 'unknown'
}
