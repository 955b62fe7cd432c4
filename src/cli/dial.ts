import { Command } from 'commander'
import * as E from 'fp-ts/Either'
import { linkGate } from '../application/link-gate'
import { isRecordedUp } from '../application/is-recorded-up'
import type { Stop } from '../application/stop'
import { superviseDial, type DialOptions } from '../application/supervise-dial'
import type { DialerHost } from '../ports/dialer-host'
import { failureOf, withLedgerOptions } from './change-command'
import { cliFailure, type CliFailure, type CliLedger, type CliParts } from './cli-parts'
import { dialSettings, type DialFlags, type OwnerOf } from './dial-options'
import { dialResultOf, outcomeText } from './dial-result'
import { linkNamed } from './name-link'
import { refusalText } from './grant'
import { openResultFile, type ResultFile } from './result-file'

/** What `dial` needs of this host besides the ledger. */
export type DialCommandHost = {
  readonly ownerOf: OwnerOf
  /** The executable that a command names; else the exit code that shells use for it. */
  readonly findCommand: (
    name: string,
    path: string,
  ) => E.Either<{ readonly exitCode: 126 | 127 }, string>
  readonly dialers: (locksFolder: string) => DialerHost
  /** Listens to the signals that ask this process to end. */
  readonly listenForStop: () => Stop
}

const examples = `Examples:
  open-interval dial isp -- pppd call isp nodetach nopersist
  open-interval dial isp --wait -- openvpn --config isp.conf --connect-retry-max 1
  open-interval dial isp --up-when 'Connected' -- ./connect.sh
  open-interval dial isp --oneshot -- chat -f /etc/ppp/isp.chat
`

/** `dial`: asks for a grant and runs the dialer under it; exits as the dialer does. */
export const dialCommand = (
  parts: CliParts,
  host: DialCommandHost,
  exit: (code: number) => void,
): Command =>
  withLedgerOptions(
    new Command('dial')
      .description('run a dialer once the Open Interval is over, and record how it went')
      .argument('<link>', 'the link')
      .argument('<command...>', 'the dialer and its arguments, after --')
      .option('--wait', 'wait until the dial is granted')
      .option('--max-wait <seconds>', 'wait so long at most')
      .option('--up-when <pattern>', 'up once a line of output matches this regular expression')
      .option('--oneshot', 'exit 0 means up, and the link outlives the command')
      .option('--owner <pid>', 'whom a one-shot link belongs to (default: the nearest no shell)')
      .option('--session', 'exit 0 means that a whole session went well')
      .option('--dialer <kind>', 'pppd, chat, openvpn or generic (default: by its name)')
      .option('--redials-itself', 'allow a dialer that redials or detaches; it is recorded')
      .option('--result <file>', "write dial's own JSON to a file or to fd:N")
      .addHelpText('before', examples),
  ).action(async (link: string, command: ReadonlyArray<string>, flags: DialFlags) => {
    const stop = host.listenForStop()
    const code = await dial({ parts, host, stop }, { link, command, flags })
    stop.close()
    if (E.isLeft(code)) parts.err(`open-interval: ${code.left.message}\n`)
    exit(E.isLeft(code) ? code.left.exitCode : code.right)
  })

type DialContext = {
  readonly parts: CliParts
  readonly host: DialCommandHost
  readonly stop: Stop
}

type DialArguments = {
  readonly link: string
  readonly command: ReadonlyArray<string>
  readonly flags: DialFlags
}

const dial = async (
  context: DialContext,
  { link: name, command, flags }: DialArguments,
): Promise<E.Either<CliFailure, number>> => {
  const { parts, host } = context
  const link = linkNamed(name)
  if (E.isLeft(link)) return link
  const [typed = '', ...args] = command
  const settings = dialSettings(flags, [typed, ...args], host.ownerOf)
  if (E.isLeft(settings)) return settings
  const file = host.findCommand(typed, parts.env['PATH'] ?? '/usr/bin:/bin')
  if (E.isLeft(file)) return E.left(cannotRun(typed, file.left.exitCode))
  const result = openResultFile(flags.result)
  if (E.isLeft(result)) return result
  const opened = await parts.openLedger(flags.store, 'write')
  if (E.isLeft(opened)) return opened
  const ledger = opened.right
  for (const note of ledger.notes) parts.err(`open-interval: ${note}\n`)
  const { addedOptions, ...how } = settings.right
  if (addedOptions.length > 0)
    parts.err(`open-interval: ${link.right}: ${addedText(addedOptions)}\n`)
  const options: DialOptions = {
    link: link.right,
    command: [file.right, ...args, ...addedOptions],
    ...how,
  }
  try {
    return await runOn(context, { ledger, options, result: result.right, flags })
  } finally {
    await ledger.close()
  }
}

const cannotRun = (name: string, exitCode: 126 | 127): CliFailure =>
  cliFailure(exitCode, `${name}: ${exitCode === 127 ? 'command not found' : 'cannot be executed'}`)

const addedText = (options: ReadonlyArray<string>): string =>
  `'${options.join(' ')}' is added, or this dialer would redial; --redials-itself leaves it out`

type DialRun = {
  readonly ledger: CliLedger
  readonly options: DialOptions
  readonly result: ResultFile
  readonly flags: DialFlags
}

const runOn = async (
  { parts, host, stop }: DialContext,
  { ledger, options, result, flags }: DialRun,
): Promise<E.Either<CliFailure, number>> => {
  const { link, upRule } = options
  const say = (message: string): void => parts.err(`open-interval: ${message}\n`)
  const supervised = await superviseDial({
    gate: linkGate(ledger.parts, ledger.liveness),
    clock: ledger.parts.clock,
    host: host.dialers(ledger.locksFolder),
    stop,
    isRecordedUp: isRecordedUp(ledger.parts),
    changes: ledger.parts.store.changes,
    store: ledger.address,
    say,
    onRefused: (refused) => say(`${refusalText(link, refused)}; waiting`),
  })(options)
  if (E.isLeft(supervised)) return E.left(failureOf(supervised.left))
  const dialed = supervised.right
  const document = dialResultOf(dialed, { link, upRule, stoppedBy: stop.requested() })
  if (dialed._tag === 'Refused') say(refusalText(link, dialed.refused))
  const outcome = outcomeText(document)
  if (outcome !== null) say(outcome)
  result.write(document)
  if (flags.json === true) parts.out(`${JSON.stringify(document)}\n`)
  return E.right(document.exitCode)
}
