#!/usr/bin/env node
import type { Command, CommanderError } from 'commander'
import { Command as Program } from 'commander'
import { exitCodes, type ExitCode } from './cli/exit-codes'
import { wiredParts, type Wired } from './wire-cli'

type Load = (wired: Wired, exit: (code: ExitCode) => void) => Promise<Command>

/** Every command, loaded only when it is asked for: `dial` must start fast. */
const commands: Readonly<Record<string, Load>> = {
  init: async ({ parts, initLedger }, exit) =>
    (await import('./cli/init')).initCommand(parts, initLedger, exit),
  dial: async ({ parts, dialHost }) =>
    (await import('./cli/dial')).dialCommand(parts, await dialHost(), (code) => {
      process.exitCode = code
    }),
  grant: async ({ parts, grantHost }, exit) =>
    (await import('./cli/grant')).grantCommand(parts, await grantHost(), exit),
  settle: async ({ parts }, exit) => (await import('./cli/settle')).settleCommand(parts, exit),
  record: async ({ parts, readClock }, exit) =>
    (await import('./cli/record')).recordCommand(parts, readClock, exit),
  status: async ({ parts, watchHost }, exit) =>
    (await import('./cli/status')).statusCommand({ ...parts, ...(await watchHost()) }, exit),
  explain: async ({ parts }, exit) => (await import('./cli/explain')).explainCommand(parts, exit),
  policy: async ({ parts }, exit) => (await import('./cli/policy')).policyCommand(parts, exit),
  waive: async ({ parts }, exit) => (await import('./cli/waive')).waiveCommand(parts, exit),
  hold: async ({ parts }, exit) => (await import('./cli/hold')).holdCommand(parts, exit),
  release: async ({ parts }, exit) => (await import('./cli/release')).releaseCommand(parts, exit),
  copy: async ({ parts, openCopyTarget }, exit) =>
    (await import('./cli/copy')).copyCommand(parts, openCopyTarget, exit),
  doctor: async ({ parts, examineHost }, exit) =>
    (await import('./cli/doctor')).doctorCommand(parts, examineHost, exit),
  demo: async ({ parts, demoProgram }, exit) =>
    (await import('./cli/demo')).demoCommand(parts, demoProgram(), exit),
  audit: async ({ parts, auditHost }, exit) =>
    (await import('./cli/audit')).auditCommand(parts, await auditHost(), exit),
  import: async ({ parts, importHost }, exit) =>
    (await import('./cli/import')).importCommand(parts, await importHost(), exit),
  events: async ({ parts, watchHost }, exit) =>
    (await import('./cli/events')).eventsCommand({ ...parts, ...(await watchHost()) }, exit),
  verify: async ({ parts, rebuildHost }, exit) =>
    (await import('./cli/verify')).verifyCommand({ ...parts, ...(await rebuildHost()) }, exit),
  rebuild: async ({ parts, rebuildHost }, exit) =>
    (await import('./cli/rebuild')).rebuildCommand({ ...parts, ...(await rebuildHost()) }, exit),
}

const examples = `Examples:
  open-interval init
  open-interval dial isp -- pppd call isp nodetach nopersist
  open-interval status
  open-interval audit mta-log.txt --log-tz +00:00
`

const commandNameOf = (args: ReadonlyArray<string>): string =>
  args.find((argument) => !argument.startsWith('-')) ?? ''

const main = async (args: ReadonlyArray<string>): Promise<void> => {
  const wired = wiredParts()
  const exit = (code: ExitCode): void => {
    process.exitCode = code
  }
  const named = commands[commandNameOf(args)]
  const program = new Program('open-interval')
    .description('No link is dialed before its Open Interval is over, and the ledger proves it.')
    .addHelpText('before', examples)
    .version(wired.version())
    .helpCommand('help [command]', 'the same as --help')
    .enablePositionalOptions()
    .exitOverride()
  for (const load of named === undefined ? Object.values(commands) : [named]) {
    program.addCommand(await load(wired, exit))
  }
  inherited(program, 'open-interval')
  await program.parseAsync([...args], { from: 'user' })
}

/** Makes a command speak and end as the program does: by an error that {@link exitCodeOf} maps. */
const inherited = (command: Command, typed: string): void => {
  const next = `see: ${typed} --help`
  command.exitOverride().configureOutput({
    outputError: (text, write) => {
      const line = text
        .trim()
        .replace(/^error: /u, '')
        .replace(/\s*\n\s*/gu, ' ')
      write(`open-interval: ${line}; ${next}\n`)
    },
  })
  for (const nested of command.commands) inherited(nested, `${typed} ${nested.name()}`)
}

const isCommanderError = (error: unknown): error is CommanderError =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('commander.')

const exitCodeOf = (error: unknown): ExitCode => {
  if (isCommanderError(error)) {
    if (error.exitCode === 0) return exitCodes.ok
    // Commander printed the help, which says what there is, but not that something is missing.
    if (error.code === 'commander.help') process.stderr.write('\nopen-interval: name a command\n')
    return exitCodes.usage
  }
  process.stderr.write(
    `open-interval: this is a bug, please report it: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  )
  return exitCodes.bug
}

const typed = process.argv.slice(2)

/** A reader that has seen enough, such as `head`, is no error; no lost reader ends a dial. */
const whenUnread =
  (then: () => void) =>
  (error: NodeJS.ErrnoException): void => {
    if (commandNameOf(typed) === 'dial') return
    if (error.code !== 'EPIPE') throw error
    then()
  }

process.stdout.on(
  'error',
  whenUnread(() => process.exit(exitCodes.ok)),
)
process.stderr.on(
  'error',
  whenUnread(() => undefined),
)

main(typed).catch((error: unknown) => {
  process.exitCode = exitCodeOf(error)
})
