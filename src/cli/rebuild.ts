import * as E from 'fp-ts/Either'
import { Command } from 'commander'
import { tableProjections, type AnyTableProjection } from '../../projections/table-projections'
import type { ProjectionMessage } from '../application/projection-message'
import type { ProjectionOptions, ProjectionParts } from '../application/projection-parts'
import { rebuildView } from '../application/rebuild-view'
import { runProjection } from '../application/run-projection'
import type { Stop } from '../application/stop'
import type { ViewStore } from '../ports/view-store'
import { withLedgerOptions } from './change-command'
import { cliFailure, type CliFailure, type CliLedger, type CliParts } from './cli-parts'
import { exitCodes, type ExitCode } from './exit-codes'
import { projectionFailure } from './projection-text'
import { rebuildProgress } from './rebuild-progress'
import {
  printResult,
  reportResult,
  withLedger,
  type CommandResult,
  type LedgerOptions,
} from './run-command'
import { drained, isWrong, say, verifiedDocument, verifiedText, verifyViews } from './verify-views'

/** What rebuilding needs of its host: where the views of a ledger are, and when to end. */
export type RebuildHost = {
  readonly openViews: (ledger: CliLedger) => ViewStore
  readonly listenForStop: () => Stop
}

type Flags = LedgerOptions & {
  readonly follow?: boolean
  readonly verify?: boolean
  readonly pastUnreadable?: boolean
}

type Running = {
  readonly parts: CliParts
  readonly ledger: CliLedger
  readonly projected: ProjectionParts
  readonly flags: Flags
  readonly options: ProjectionOptions
}

/** `rebuild`: views folded anew beside the old ones, which serve until then. */
export const rebuildCommand = (
  parts: CliParts & RebuildHost,
  exit: (code: ExitCode) => void,
): Command =>
  withLedgerOptions(
    new Command('rebuild')
      .description('fold views anew; the old ones serve until the new ones have caught up')
      .argument(
        '[projection]',
        `${tableProjections.map(({ name }) => name).join(', ')} (default: all)`,
      )
      .option('--follow', 'keep them true as events come, until a signal ends it; sound ones go on')
      .option(
        '--verify',
        'fold beside the views and print any difference; changes none, exit 1 if there is one',
      )
      .option('--past-unreadable', 'go on past events that cannot be read; the view says where')
      .addHelpText(
        'before',
        'Examples:\n  open-interval rebuild\n  open-interval rebuild link-health --json\n' +
          '  open-interval rebuild --follow\n  open-interval rebuild --verify\n',
      ),
  ).action(async (name: string | undefined, flags: Flags) => {
    exit(reportResult(parts, await runRebuild(parts, name, flags)))
  })

const runRebuild = async (
  parts: CliParts & RebuildHost,
  name: string | undefined,
  flags: Flags,
): Promise<CommandResult> => {
  if (flags.follow === true && flags.verify === true) return E.left(followOrVerify)
  const chosen = tableProjections.filter((one) => name === undefined || one.name === name)
  if (chosen.length === 0) return E.left(unknownProjection(name ?? ''))
  return withLedger(parts, { store: flags.store, access: 'read' }, async (ledger) => {
    const stop = parts.listenForStop()
    const end = new AbortController()
    stop.onStop(() => end.abort())
    const views = parts.openViews(ledger)
    const projected = { store: ledger.parts.store, ledgerId: ledger.ledgerId, views }
    const options = { signal: end.signal, pastUnreadable: flags.pastUnreadable === true }
    const running: Running = { parts, ledger, projected, flags, options }
    try {
      if (flags.verify === true) return await verifyAll(running, chosen)
      return flags.follow === true
        ? await followAll(running, chosen, end)
        : await rebuildAll(running, chosen)
    } finally {
      await views.close()
      stop.close()
    }
  })
}

const followOrVerify = cliFailure(
  exitCodes.usage,
  '--verify compares once and --follow goes on: leave one out',
)

const unknownProjection = (name: string): CliFailure =>
  cliFailure(
    exitCodes.usage,
    `there is no projection '${name}': ${tableProjections.map((one) => one.name).join(', ')}`,
  )

const verifyAll = async (
  running: Running,
  chosen: ReadonlyArray<AnyTableProjection>,
): Promise<CommandResult> => {
  const { parts, ledger, flags } = running
  const views = await verifyViews(running, chosen)
  if (E.isLeft(views)) return views
  const { store, ledgerId } = ledger
  printResult(parts, flags, {
    json: { store, ledgerId, views: views.right.map(verifiedDocument) },
    text: views.right.map(verifiedText).join(''),
  })
  return E.right(views.right.some(isWrong) ? exitCodes.found : exitCodes.ok)
}

type Rebuilt = {
  readonly projection: string
  readonly table: string
  readonly events: number
  readonly unreadable: number
  readonly seconds: number
  readonly isServed: boolean
}

const rebuildAll = async (
  running: Running,
  chosen: ReadonlyArray<AnyTableProjection>,
): Promise<CommandResult> => {
  const { parts, ledger, projected, flags } = running
  const rebuilt: Rebuilt[] = []
  for (const projection of chosen) {
    const one = await rebuildOne(running, projection)
    if (E.isLeft(one)) return one
    if (!one.right.isServed) return E.left(endedBefore(projection.name))
    rebuilt.push(one.right)
  }
  const { store, ledgerId } = ledger
  printResult(parts, flags, {
    json: { store, ledgerId, views: projected.views.path, projections: rebuilt.map(documentOf) },
    text: rebuilt.map(lineOf).join(''),
  })
  return E.right(exitCodes.ok)
}

const endedBefore = (name: string): CliFailure =>
  cliFailure(exitCodes.unavailable, `${name}: ended by a signal; the same again goes on from there`)

const documentOf = ({ isServed: _isServed, ...one }: Rebuilt) => one

const lineOf = ({ projection, table, events, seconds, unreadable }: Rebuilt): string =>
  `${projection}: ${events} events in ${seconds.toFixed(1)} s; table ${table}` +
  `${unreadable === 0 ? '' : `; ${unreadable} events cannot be read: see view_problems`}\n`

const rebuildOne = async (
  { parts, projected, options }: Running,
  { name, table, use }: AnyTableProjection,
): Promise<E.Either<CliFailure, Rebuilt>> => {
  const startedAt = performance.now()
  const progress = rebuildProgress(name, parts.isTerminal)
  let [bulk, live, unreadable, isServed] = [0, 0, 0, false]
  // What is folded by position is counted when it is stored.
  const isByStream = use(({ order }) => order === 'by-stream')
  const isNeeded = () => Promise.resolve(E.right(true))
  const asked = { ...options, because: 'asked', isNeeded } as const
  const messages = use((projection) => rebuildView(projected, projection, asked))
  const error = await drained(messages, (message) => {
    progress.onMessage(message)
    if (message._tag === 'Progress' && isByStream) bulk = message.events
    if (message._tag === 'Stored') live += message.events
    if (message._tag === 'Unreadable') unreadable += 1
    if (message._tag === 'Served') isServed = true
    if (message._tag === 'Waiting' || message._tag === 'Unreadable') say(parts, name, message)
  })
  progress.stop()
  if (error !== null) return E.left(projectionFailure(name, error))
  const seconds = Math.round(performance.now() - startedAt) / 1000
  const events = bulk + live
  return E.right({ projection: name, table: table.name, events, unreadable, seconds, isServed })
}

/** Runs them beside each other; when one cannot go on, all of them end. */
const followAll = async (
  running: Running,
  chosen: ReadonlyArray<AnyTableProjection>,
  end: AbortController,
): Promise<CommandResult> => {
  const { parts, projected, flags, options } = running
  const failures: CliFailure[] = []
  const follow = async ({ name, use }: AnyTableProjection): Promise<void> => {
    const progress = rebuildProgress(name, parts.isTerminal && chosen.length === 1)
    const messages = use((projection) => runProjection(projected, projection, options))
    for await (const message of messages) {
      progress.onMessage(message)
      if (flags.json === true) parts.out(`${messageLine(name, message)}\n`)
      else say(parts, name, message)
      if (message._tag === 'Failed') failures.push(projectionFailure(name, message.error))
    }
    progress.stop()
    end.abort()
  }
  await Promise.all(chosen.map(follow))
  const [failure] = failures
  return failure === undefined ? E.right(exitCodes.ok) : E.left(failure)
}

const messageLine = (name: string, message: ProjectionMessage): string =>
  JSON.stringify({ projection: name, ...message }, (_key, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  )
