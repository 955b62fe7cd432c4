import * as E from 'fp-ts/Either'
import { Command } from 'commander'
import type { DialingCommand, RecordedFact } from '../../domain/dialing'
import type { LinkId } from '../../domain/link-id'
import { eqClock, type ClockReading } from '../../domain/time'
import { changeLink, type LinkChange } from '../application/change-link'
import { loadLink } from '../application/load-link'
import { failureOf, withLedgerOptions } from './change-command'
import { cliFailure, type CliFailure, type CliLedger, type CliParts } from './cli-parts'
import { exitCodes, type ExitCode } from './exit-codes'
import { linkNamed } from './name-link'
import { readFailure } from './read-failure'
import {
  printResult,
  reportResult,
  withLedger,
  type CommandResult,
  type LedgerOptions,
} from './run-command'
import { parseCode } from './settle'
import { statedTime } from './stated-time'

type RecordOptions = LedgerOptions & {
  readonly attempt?: string
  readonly code?: string
  readonly at?: string
}

/** Reads this host's clock; null: it cannot be read. */
export type ReadClock = () => Promise<ClockReading | null>

const facts: ReadonlyArray<RecordedFact['fact']> = [
  'dial',
  'ras-error',
  'connection-error',
  'open-failed',
  'not-started',
  'up',
  'down',
  'down-abnormal',
]

/** `record`: what a hook or a watcher saw of a link. `readClock` tells when the command began. */
export const recordCommand = (
  parts: CliParts,
  readClock: ReadClock,
  exit: (code: ExitCode) => void,
): Command =>
  withLedgerOptions(
    new Command('record')
      .description('append what a hook or watcher saw; without --attempt it settles nothing')
      .argument('<link>', 'the link')
      .argument('<event>', facts.join(', '))
      .option('--attempt <id>', "the attempt it is about; 'current': the one of this boot")
      .option('--code <number>', 'the error code that was seen')
      .option('--at <time>', 'when it happened, ISO 8601 with a zone; it serves the audit')
      .addHelpText(
        'before',
        'Examples:\n  open-interval record isp ras-error --code 629\n' +
          '  open-interval record isp down --attempt current     # in ip-down\n',
      ),
  ).action(async (link: string, event: string, options: RecordOptions) => {
    const asked = { link, event, began: await readClock() }
    exit(reportResult(parts, await record(parts, asked, options)))
  })

const record = async (
  parts: CliParts,
  asked: { readonly link: string; readonly event: string; readonly began: ClockReading | null },
  options: RecordOptions,
): Promise<CommandResult> => {
  const link = linkNamed(asked.link)
  if (E.isLeft(link)) return link
  const fact = facts.find((name) => name === asked.event)
  const code = parseCode(options.code)
  if (E.isLeft(code)) return code
  const stated = statedTime('--at', options.at)
  if (E.isLeft(stated)) return stated
  if (fact === undefined) {
    const takes = facts.join(', ')
    return E.left(cliFailure(exitCodes.usage, `record takes ${takes}, not '${asked.event}'`))
  }
  return withLedger(parts, { store: options.store, access: 'write' }, async (ledger) => {
    const named = { attempt: options.attempt, began: asked.began }
    const attempt = await attemptOf(ledger, link.right, named)
    if (E.isLeft(attempt)) return attempt
    const command: DialingCommand & { readonly type: 'RecordEvidence' } = {
      type: 'RecordEvidence',
      attempt: attempt.right,
      fact,
      code: code.right,
    }
    return appendRecord(
      parts,
      { ledger, link: link.right, options },
      {
        command,
        occurred: null,
        stated: stated.right,
        source: 'record',
      },
    )
  })
}

const appendRecord = async (
  parts: CliParts,
  at: { readonly ledger: CliLedger; readonly link: LinkId; readonly options: RecordOptions },
  change: LinkChange,
): Promise<CommandResult> => {
  const changed = await changeLink(at.ledger.parts, change)(at.link)()
  if (E.isLeft(changed)) return E.left(failureOf(changed.left))
  const events = changed.right.events.map((event) => event.type)
  printResult(parts, at.options, {
    json: { link: at.link, events, revision: changed.right.revision?.toString() ?? null },
    text: `${at.link}: ${events.length === 0 ? 'recorded before' : events.join(', ')}\n`,
  })
  return E.right(exitCodes.ok)
}

/** The attempt that is meant: `current` was granted on this clock before the command began (R14). */
const attemptOf = async (
  ledger: CliLedger,
  link: LinkId,
  named: { readonly attempt: string | undefined; readonly began: ClockReading | null },
): Promise<E.Either<CliFailure, string | null>> => {
  if (named.attempt !== 'current') return E.right(named.attempt ?? null)
  const { began } = named
  const loaded = await loadLink(ledger.parts, link)()
  if (E.isLeft(loaded)) return E.left(readFailure(loaded.left))
  const { attempt } = loaded.right.state
  return attempt !== null &&
    began !== null &&
    eqClock.equals(attempt.granted, began) &&
    attempt.granted.uptimeCs < began.uptimeCs
    ? E.right(attempt.id)
    : E.left(
        cliFailure(
          exitCodes.badInput,
          `${link}: no attempt that this boot granted before the command began is open; give --attempt ID`,
        ),
      )
}
