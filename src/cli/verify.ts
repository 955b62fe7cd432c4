import * as E from 'fp-ts/Either'
import { Command } from 'commander'
import { tableProjections } from '../../projections/table-projections'
import { verifyChains, type ChainsVerified } from '../application/verify-chains'
import { withLedgerOptions } from './change-command'
import type { CliLedger, CliParts } from './cli-parts'
import { exitCodes, type ExitCode } from './exit-codes'
import { readFailure } from './read-failure'
import type { RebuildHost } from './rebuild'
import {
  printResult,
  reportResult,
  withLedger,
  type CommandResult,
  type LedgerOptions,
} from './run-command'
import {
  isWrong,
  verifiedDocument,
  verifiedText,
  verifyViews,
  type VerifiedView,
} from './verify-views'

const onWhatItCannotSee = `
Each event names the hash of the one before it in its stream, so a change of any event shows at the next
one. The newest event of a stream is named by nobody yet, and events that were cut off from the end of a
stream are missed by nobody: keep the hashes that you want to compare with elsewhere.
`

/** `verify`: is every stream whole, and is every view what a fresh fold gives? */
export const verifyCommand = (
  parts: CliParts & RebuildHost,
  exit: (code: ExitCode) => void,
): Command =>
  withLedgerOptions(
    new Command('verify')
      .description('check the chain of every stream, and every view against a fresh fold')
      .addHelpText('before', 'Examples:\n  open-interval verify\n  open-interval verify --json\n')
      .addHelpText('after', onWhatItCannotSee),
  ).action(async (flags: LedgerOptions) => {
    const access = { store: flags.store, access: 'read' } as const
    const result = await withLedger(parts, access, (ledger) => verify(parts, ledger, flags))
    exit(reportResult(parts, result))
  })

const verify = async (
  parts: CliParts & RebuildHost,
  ledger: CliLedger,
  flags: LedgerOptions,
): Promise<CommandResult> => {
  const { store } = ledger.parts
  const chains = await verifyChains(store, () => undefined)
  if (E.isLeft(chains)) return E.left(readFailure(chains.left))
  const views = parts.openViews(ledger)
  const stop = parts.listenForStop()
  const end = new AbortController()
  stop.onStop(() => end.abort())
  const projected = { store, ledgerId: ledger.ledgerId, views }
  const options = { signal: end.signal, pastUnreadable: true }
  const verified = await verifyViews({ parts, projected, options }, tableProjections)
  stop.close()
  await views.close()
  if (E.isLeft(verified)) return verified
  const found = { chains: chains.right, views: verified.right }
  printResult(parts, flags, { json: documentOf(ledger, found), text: textOf(found) })
  const isSound = chains.right.damage.length === 0 && !verified.right.some(isWrong)
  return E.right(isSound ? exitCodes.ok : exitCodes.found)
}

type Found = { readonly chains: ChainsVerified; readonly views: ReadonlyArray<VerifiedView> }

const documentOf = ({ store, ledgerId }: CliLedger, { chains, views }: Found) => ({
  store,
  ledgerId,
  streams: chains.streams,
  events: chains.events,
  damage: chains.damage.map(({ revision, position, ...rest }) => ({
    ...rest,
    revision: revision.toString(),
    position: position.toString(),
  })),
  views: views.map(verifiedDocument),
})

const textOf = ({ chains, views }: Found): string =>
  [
    `${chains.events} events in ${chains.streams} streams: ` +
      `${chains.damage.length === 0 ? 'every stream is whole' : 'damaged'}\n`,
    ...chains.damage.map(
      ({ stream, revision, position, problem }) =>
        `  ${stream}: revision ${revision} (position ${position}): ${problem}\n`,
    ),
    ...(chains.damage.length === 0
      ? []
      : ['  keep this ledger as it is, and restore a copy from before the damage\n']),
    ...views.map(verifiedText),
  ].join('')
