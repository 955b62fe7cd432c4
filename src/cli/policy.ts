import * as E from 'fp-ts/Either'
import { Command } from 'commander'
import { exhaustedAfterSec, lintPolicy, policyFieldNames } from '../../domain/policy-rules'
import type { RetryPolicy } from '../../domain/policy'
import { revisionsOf } from '../../domain/dial-denials'
import { withChangeOptions, withLedgerOptions, type ChangeOptions } from './change-command'
import {
  cliFailure,
  type CliFailure,
  type CliLedger,
  type CliParts,
  type LedgerAccess,
} from './cli-parts'
import { exitCodes, type ExitCode } from './exit-codes'
import { knownLink, linksKnown } from './name-link'
import { fieldsFromFile, fieldsFromOptions, withFieldOptions } from './policy-options'
import { presetFields } from './policy-preset'
import { policyOfTarget, policySet, type PolicyTarget } from './policy-set'
import {
  printResult,
  reportResult,
  withLedger,
  type CommandResult,
  type LedgerOptions,
} from './run-command'
import { policyVersionText } from '../application/status-row'

type SetOptions = ChangeOptions & { readonly preset?: string; readonly file?: string }

/** `policy`: shows, sets, resets and lints the retry policy of a link or of the site. */
export const policyCommand = (parts: CliParts, exit: (code: ExitCode) => void): Command => {
  const command = new Command('policy')
    .description('show, set, reset or lint the retry policy')
    .addHelpText(
      'before',
      'Examples:\n  open-interval policy show isp\n' +
        '  open-interval policy set --open-interval 900 --reason "ISP locks at 15 min"\n',
    )
  command.addCommand(showCommand(parts, exit))
  command.addCommand(setCommand(parts, exit))
  command.addCommand(resetCommand(parts, exit))
  return command.addCommand(lintCommand(parts, exit))
}

type Read = (
  parts: CliParts,
  options: LedgerOptions,
  target: PolicyTarget,
) => Promise<CommandResult>

/** A subcommand that only reads the policy of a link or of the site. */
const reading = (
  { parts, exit }: { readonly parts: CliParts; readonly exit: (code: ExitCode) => void },
  command: Command,
  read: Read,
): Command =>
  withLedgerOptions(command.argument('[link]', 'the link')).action(
    async (link: string | undefined, options: LedgerOptions) => {
      const asked = { link, options, access: 'read', unknown: false } as const
      const result = await onTarget(parts, asked, (target) => read(parts, options, target))
      exit(reportResult(parts, result))
    },
  )

const showCommand = (parts: CliParts, exit: (code: ExitCode) => void): Command =>
  reading(
    { parts, exit },
    new Command('show')
      .description('the policy in force; no link: the site default')
      .addHelpText(
        'before',
        'Examples:\n  open-interval policy show\n  open-interval policy show isp --json > isp.json\n',
      ),
    show,
  )

const show: Read = async (parts, options, target) => {
  const found = await policyOfTarget(target)
  if (E.isLeft(found)) return found
  const { policy, sources } = found.right
  const version = policyVersionText(revisionsOf(sources))
  printResult(parts, options, {
    json: { link: target.link, version, policy, exhaustedAfterSec: exhaustedAfterSec(policy) },
    text: policyText(policy),
  })
  return E.right(exitCodes.ok)
}

const policyText = (policy: RetryPolicy): string =>
  policyFieldNames.map((name) => `${name.padEnd(20)} ${JSON.stringify(policy[name])}\n`).join('')

const setCommand = (parts: CliParts, exit: (code: ExitCode) => void): Command =>
  withFieldOptions(
    withChangeOptions(
      new Command('set')
        .description('set fields of the policy; no link: the site default')
        .argument('[link]', 'the link')
        .option('--preset <id>', "another system's waits, by name")
        .option(
          '--file <json>',
          'what `policy show --json` prints, or an object of fields; -: stdin',
        )
        .addHelpText(
          'before',
          'Examples:\n  open-interval policy set --open-interval 900 --reason "ISP locks at 15 min"\n' +
            '  open-interval policy set isp --limits 10/3600 --reason "SIM terms"\n',
        ),
    ),
  ).action(async (link: string | undefined, options: SetOptions) => {
    const fields = fieldsAsked(options)
    const result = E.isLeft(fields)
      ? fields
      : await onTarget(
          parts,
          { link, options, access: 'write', unknown: options.new === true },
          (target) => policySet(parts, options, { target, edit: { ...fields.right, unset: [] } }),
        )
    exit(reportResult(parts, result))
  })

const fieldsAsked = (options: SetOptions) => {
  const preset = options.preset === undefined ? E.right({}) : presetFields(options.preset)
  if (E.isLeft(preset)) return preset
  const file = options.file === undefined ? E.right({}) : fieldsFromFile(options.file)
  if (E.isLeft(file)) return file
  const named = fieldsFromOptions({ ...options })
  if (E.isLeft(named)) return named
  const set = { ...preset.right, ...file.right, ...named.right }
  return Object.keys(set).length === 0
    ? E.left(cliFailure(exitCodes.usage, 'policy set: name at least one field, --preset or --file'))
    : E.right({ set, named: Object.keys({ ...preset.right, ...named.right }) })
}

const resetCommand = (parts: CliParts, exit: (code: ExitCode) => void): Command =>
  withChangeOptions(
    new Command('reset')
      .description("take a link's own fields back, or the site's; then what is below holds")
      .argument('[link]', 'the link')
      .addHelpText(
        'before',
        'Examples:\n  open-interval policy reset isp --reason "same as all others again"\n',
      ),
  ).action(async (link: string | undefined, options: ChangeOptions) => {
    const result = await onTarget(
      parts,
      { link, options, access: 'write', unknown: false },
      (target) =>
        policySet(parts, options, {
          target,
          edit: { set: {}, unset: policyFieldNames, named: [] },
        }),
    )
    exit(reportResult(parts, result))
  })

const lintCommand = (parts: CliParts, exit: (code: ExitCode) => void): Command =>
  reading(
    { parts, exit },
    new Command('lint')
      .description('warn of a policy below the known floors; exit 1 if there is a warning')
      .addHelpText(
        'before',
        'Examples:\n  open-interval policy lint\n  open-interval policy lint isp --json\n',
      ),
    lint,
  )

const lint: Read = async (parts, options, target) => {
  const found = await policyOfTarget(target)
  if (E.isLeft(found)) return found
  const links = await linksKnown(target.ledger)
  if (E.isLeft(links)) return links
  const warnings = lintPolicy(found.right.policy, { links: links.right.length })
  printResult(parts, options, {
    json: { link: target.link, warnings },
    text:
      warnings.length === 0
        ? 'no warnings\n'
        : warnings.map(({ rule, text }) => `${rule}: ${text}\n`).join(''),
  })
  return E.right(warnings.length === 0 ? exitCodes.ok : exitCodes.found)
}

type Asked = {
  readonly link: string | undefined
  readonly options: LedgerOptions
  readonly access: LedgerAccess
  readonly unknown: boolean
}

const onTarget = (
  parts: CliParts,
  { link, options, access, unknown }: Asked,
  command: (target: PolicyTarget) => Promise<CommandResult>,
): Promise<CommandResult> =>
  withLedger(parts, { store: options.store, access }, async (ledger) => {
    const named = await targetLink(ledger, link, unknown)
    return E.isLeft(named) ? named : command({ ledger, link: named.right })
  })

const targetLink = async (
  ledger: CliLedger,
  link: string | undefined,
  unknown: boolean,
): Promise<E.Either<CliFailure, PolicyTarget['link']>> =>
  link === undefined ? E.right(null) : knownLink(ledger, link, { unknown })
