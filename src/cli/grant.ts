import * as E from 'fp-ts/Either'
import { Command } from 'commander'
import type { OwnerProcess } from '../../domain/events'
import type { DialRequest, Granted, Refused } from '../application/gate'
import { linkGate } from '../application/link-gate'
import type { LinkId } from '../../domain/link-id'
import { failureOf, withLedgerOptions } from './change-command'
import { cliFailure, type CliFailure, type CliParts } from './cli-parts'
import { exitCodes, type ExitCode } from './exit-codes'
import { linkNamed } from './name-link'
import {
  printResult,
  reportResult,
  withLedger,
  type CommandResult,
  type LedgerOptions,
} from './run-command'

type GrantOptions = LedgerOptions & {
  readonly owner?: string
  readonly dialer: string
  readonly redialsItself?: boolean
}

/** What `grant` needs of this host besides the ledger. */
export type GrantHost = {
  /** The process that an unsupervised link belongs to; null: there is no such process. */
  readonly ownerOf: (pid: number | null) => OwnerProcess | null
  /** Whether somebody holds the link's lock (R2). */
  readonly isLockHeld: (locksFolder: string, link: LinkId) => Promise<boolean>
}

/** `grant`: permission to dial once, for a supervisor in any language. */
export const grantCommand = (
  parts: CliParts,
  host: GrantHost,
  exit: (code: ExitCode) => void,
): Command =>
  withLedgerOptions(
    new Command('grant')
      .description('ask for permission to dial once; then dial, then `settle`')
      .argument('<link>', 'the link')
      .option(
        '--owner <pid>',
        'the process the link belongs to (default: the nearest that is no shell)',
      )
      .option('--dialer <kind>', 'what dials, as it is to be recorded', 'generic')
      .option('--redials-itself', 'the dialer may dial more than once: recorded with the grant')
      .addHelpText(
        'before',
        'Examples:\n  open-interval grant isp --json\n  open-interval grant isp --owner $$ --json\n',
      ),
  ).action(async (link: string, options: GrantOptions) => {
    exit(reportResult(parts, await grant({ parts, host }, link, options)))
  })

const grant = async (
  { parts, host }: { readonly parts: CliParts; readonly host: GrantHost },
  name: string,
  options: GrantOptions,
): Promise<CommandResult> => {
  const link = linkNamed(name)
  if (E.isLeft(link)) return link
  const owner = ownerFrom(host, options.owner)
  if (E.isLeft(owner)) return owner
  return withLedger(parts, { store: options.store, access: 'write' }, async (ledger) => {
    const request: DialRequest = {
      link: link.right,
      supervision: 'grant',
      dialer: options.dialer,
      redialsItself: options.redialsItself === true,
      owner: owner.right,
      prepare: async () =>
        (await host.isLockHeld(ledger.locksFolder, link.right))
          ? E.left({ _tag: 'LockHeld' })
          : E.right({ supervisor: null, session: null }),
    }
    const answer = await linkGate(ledger.parts, ledger.liveness).request(request)()
    if (E.isLeft(answer)) return E.left(failureOf(answer.left))
    return answer.right._tag === 'Granted'
      ? printGrant(parts, options, { link: link.right, granted: answer.right })
      : printRefusal(parts, options, { link: link.right, refused: answer.right })
  })
}

const ownerFrom = (
  host: GrantHost,
  text: string | undefined,
): E.Either<CliFailure, OwnerProcess | null> => {
  if (text === undefined) return E.right(host.ownerOf(null))
  const pid = Number(text)
  const owner = Number.isSafeInteger(pid) && pid > 0 ? host.ownerOf(pid) : null
  return owner === null
    ? E.left(
        cliFailure(exitCodes.usage, `--owner takes the pid of a living process, not '${text}'`),
      )
    : E.right(owner)
}

const printGrant = (
  parts: CliParts,
  options: GrantOptions,
  { link, granted }: { readonly link: LinkId; readonly granted: Granted },
): CommandResult => {
  const { attempt, dialTimeoutSec, startWithinSec, startByCs, leaseSec, revision } = granted
  const startBy = new Date(Date.parse(granted.granted.wall) + startWithinSec * 1000).toISOString()
  printResult(parts, options, {
    json: {
      granted: true,
      link,
      attempt,
      startBy,
      startByUptimeSec: startByCs / 100,
      startWithinSec,
      dialTimeoutSec,
      leaseSec,
      revision: revision.toString(),
    },
    text: `${link}: granted, attempt ${attempt}: dial within ${startWithinSec} s, then settle it\n`,
  })
  return E.right(exitCodes.ok)
}

const printRefusal = (
  parts: CliParts,
  options: GrantOptions,
  { link, refused }: { readonly link: LinkId; readonly refused: Refused },
): CommandResult => {
  const { deniedBy, notBefore, retryAfterSec, lastFailure } = refused
  printResult(parts, options, {
    json: { granted: false, link, deniedBy, notBefore, retryAfterSec, lastFailure },
    text: '',
  })
  parts.err(`open-interval: ${refusalText(link, refused)}\n`)
  return E.right(retryAfterSec === null ? exitCodes.personMustAct : exitCodes.refused)
}

/** One line that says why a dial was refused, until when, and where to learn more. */
export const refusalText = (link: LinkId, refused: Refused): string => {
  const rules = [...new Set(refused.deniedBy.map((denial) => denial.rule))].join(', ')
  const until = refused.notBefore === null ? '' : `, not before ${refused.notBefore}`
  const wait =
    refused.retryAfterSec === null ? 'a person must act' : `${refused.retryAfterSec} s left${until}`
  const words = [
    `${link}: refused: ${rules}`,
    wait,
    ...failureText(refused),
    ...remedy(link, refused),
  ]
  return `${words.join('; ')}; see: open-interval explain '${link}'`
}

const failureText = ({ lastFailure }: Refused): ReadonlyArray<string> => {
  if (lastFailure === null) return []
  const { type, origin, code } = lastFailure
  return [`last failure: ${type}${code === null ? '' : ` ${code}`} (${origin})`]
}

/** A connection whose owner lives on another host, or nowhere, ends for nobody here by itself. */
const remedy = (link: LinkId, { deniedBy, judgement }: Refused): ReadonlyArray<string> =>
  judgement === 'unknown' && deniedBy.some(({ rule }) => rule === 'connected')
    ? [
        'whether its owner lives cannot be told from here; if the connection is gone for certain: ' +
          `open-interval release '${link}' --reason ...`,
      ]
    : []
