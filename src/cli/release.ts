import * as E from 'fp-ts/Either'
import { Command } from 'commander'
import { releaseSite } from '../application/release-site'
import { allOrLink, changeSite, withAllOption, type AllOption } from './change-site'
import { cliFailure, type CliParts } from './cli-parts'
import {
  actingAs,
  changeFailureOf,
  runChange,
  withChangeOptions,
  type ChangeOptions,
} from './change-command'
import { exitCodes, type ExitCode } from './exit-codes'
import { printResult, reportResult, withLedger, type CommandResult } from './run-command'

type ReleaseOptions = ChangeOptions & AllOption & { readonly past?: string }

/** `release`: lifts a hold, zeroes the failure count, accepts what cannot be read (R7, R16). */
export const releaseCommand = (parts: CliParts, exit: (code: ExitCode) => void): Command =>
  withAllOption(
    withChangeOptions(
      new Command('release')
        .description('lift a hold or an exhaustion; windows stay open, a connected link has ended')
        .argument('[link]', 'the link; none with --all, or with --past: the site policy')
        .option('--past <revision>', 'accept unreadable events up to this revision')
        .addHelpText(
          'before',
          'Examples:\n  open-interval release isp --reason "line tested"\n' +
            '  open-interval release --all --reason "this is the ledger now"\n' +
            '  open-interval release isp --past 17 --reason "disk repaired"\n' +
            '  open-interval release --past 3 --reason "site policy restored"\n',
        ),
    ),
    'lift the hold of the whole ledger (`hold --all`, `copy`); links that are held by name stay so',
  ).action(async (link: string | undefined, options: ReleaseOptions) => {
    exit(reportResult(parts, await release(parts, link, options)))
  })

const release = async (
  parts: CliParts,
  link: string | undefined,
  options: ReleaseOptions,
): Promise<CommandResult> => {
  const { past } = options
  if (past !== undefined && !/^\d{1,18}$/u.test(past)) {
    return E.left(cliFailure(exitCodes.usage, `--past takes a revision, not '${past}'`))
  }
  if (link === undefined && past !== undefined && options.all !== true) {
    return releaseSitePolicy(parts, past, options)
  }
  const target = allOrLink('release', link, options)
  if (E.isLeft(target)) return target
  if (target.right === null) return releaseAll(parts, past, options)
  return runChange(parts, options, {
    link: target.right,
    command: {
      type: 'ReleaseLink',
      reason: options.reason,
      past: past === undefined ? null : BigInt(past),
    },
    done: (id) => `${id}: released; its open windows stay open`,
  })
}

/** Lifts the hold of the whole ledger; a link that is held by name, or exhausted, stays so. */
const releaseAll = async (
  parts: CliParts,
  past: string | undefined,
  options: ReleaseOptions,
): Promise<CommandResult> =>
  past === undefined
    ? changeSite(parts, options, {
        change: {
          type: 'LinkReleased',
          data: { reason: options.reason, past: null },
          idFrom: 'random',
        },
        done: 'the ledger is released; links held by name and open windows stay so',
      })
    : E.left(cliFailure(exitCodes.usage, 'release takes --past or --all, one after the other'))

/** Accepts what cannot be read in the site policy; every link then waits one full interval (R16). */
const releaseSitePolicy = (
  parts: CliParts,
  past: string,
  options: ReleaseOptions,
): Promise<CommandResult> =>
  withLedger(parts, { store: options.store, access: 'write' }, async (ledger) => {
    const { reason } = options
    const revision = await releaseSite(actingAs(ledger, options.by), { past, reason })
    if (E.isLeft(revision)) return E.left(changeFailureOf(revision.left))
    printResult(parts, options, {
      json: { link: null, events: ['LinkReleased'], revision: revision.right.toString() },
      text: 'the site policy is read past what cannot be read; known links wait one interval\n',
    })
    return E.right(exitCodes.ok)
  })
