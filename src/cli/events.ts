import * as E from 'fp-ts/Either'
import { Command } from 'commander'
import { streamOfLink, type LinkId } from '../../domain/link-id'
import type { Page, ReadError, RecordedEvent } from '../ports/event-store'
import { eventTypes } from '../adapters/codec'
import { withLedgerOptions } from './change-command'
import { cliFailure, type CliFailure, type CliLedger, type CliParts } from './cli-parts'
import { eventLine } from './event-line'
import { followEvents, type FollowHost } from './events-follow'
import { exitCodes, type ExitCode } from './exit-codes'
import { knownLink } from './name-link'
import { readFailure } from './read-failure'
import { reportResult, withLedger, type CommandResult, type LedgerOptions } from './run-command'

type EventsOptions = LedgerOptions & {
  readonly link?: string
  readonly after?: string
  readonly limit?: string
  readonly types?: string
  readonly follow?: boolean
  readonly checkpoint?: string
}

const pageSize = 500

const onPipes = `
With --checkpoint the file is written after the lines of a page were handed to stdout, and the next
run begins right behind them. Nothing is left out; a run that is killed in between prints the lines of
one page again, so drop lines whose position is not above the last one. A pipe promises less: lines
that its reader never read are gone with it. A reader that must lose nothing keeps the position of the
last line that it dealt with and passes it to --after.
`

/** `events`: what the ledger holds, oldest first, one JSON document a line. */
export const eventsCommand = (
  parts: CliParts & FollowHost,
  exit: (code: ExitCode) => void,
): Command =>
  withLedgerOptions(
    new Command('events')
      .description('print the events of the ledger or of one link, oldest first, as NDJSON')
      .option('--link <link>', 'only the stream of this link')
      .option('--after <position>', 'only events after this position (exclusive)')
      .option('--types <names>', 'only events of these types, such as DialAttempted,LinkHeld')
      .option('--limit <count>', 'at most so many')
      .option('--follow', 'go on with what comes, until a signal ends it')
      .option('--checkpoint <file>', 'with --follow: keep the place in a file and go on from it')
      .addHelpText(
        'before',
        'Examples:\n  open-interval events --link isp\n  open-interval events --after 120 --limit 10\n' +
          '  open-interval events --types DialAttempted,DialRefused\n' +
          '  open-interval events --follow --checkpoint seen.json >>events.ndjson\n',
      )
      .addHelpText('after', onPipes),
  ).action(async (options: EventsOptions) => {
    exit(reportResult(parts, await printEvents(parts, options)))
  })

const printEvents = async (
  parts: CliParts & FollowHost,
  options: EventsOptions,
): Promise<CommandResult> => {
  const after = parseWhole(options.after, '--after')
  if (E.isLeft(after)) return after
  const limit = parseWhole(options.limit, '--limit')
  if (E.isLeft(limit)) return limit
  const unfit = unfitOptions(options)
  if (unfit !== null) return E.left(cliFailure(exitCodes.usage, unfit))
  const isWanted = parseTypes(options.types)
  if (E.isLeft(isWanted)) return isWanted
  return withLedger(parts, { store: options.store, access: 'read' }, async (ledger) => {
    const link =
      options.link === undefined
        ? E.right(null)
        : await knownLink(ledger, options.link, { unknown: false })
    if (E.isLeft(link)) return link
    if (options.follow === true) {
      const { checkpoint = null } = options
      return followEvents(parts, ledger, {
        ...{ link: link.right, after: after.right, checkpoint },
        isWanted: isWanted.right,
      })
    }
    return printPages(parts, ledger, {
      ...{ link: link.right, after: after.right, isWanted: isWanted.right },
      limit: limit.right === null ? Infinity : Number(limit.right),
    })
  })
}

type Wanted = {
  readonly link: LinkId | null
  readonly after: bigint | null
  readonly isWanted: (event: RecordedEvent) => boolean
  readonly limit: number
}

const printPages = async (
  parts: CliParts,
  ledger: CliLedger,
  { link, after, isWanted, limit }: Wanted,
): Promise<CommandResult> => {
  let left = limit
  let from = link === null ? after : null
  while (left > 0) {
    const page = await nextPage(ledger, { link, from })
    if (E.isLeft(page)) return E.left(readFailure(page.left))
    const { events, next } = page.right
    const shown = events.filter((event) => isAfter(event, after) && isWanted(event)).slice(0, left)
    for (const event of shown) parts.out(eventLine(event))
    left -= shown.length
    if (next === null) break
    from = next
  }
  return E.right(exitCodes.ok)
}

const unfitOptions = ({ follow, checkpoint, limit }: EventsOptions): string | null => {
  if (follow !== true) {
    return checkpoint === undefined ? null : '--checkpoint goes with --follow: add it'
  }
  return limit === undefined ? null : '--limit ends where --follow goes on: leave one out'
}

type NextPage = { readonly link: LinkId | null; readonly from: bigint | null }

const nextPage = (ledger: CliLedger, at: NextPage): Promise<E.Either<ReadError, Page>> => {
  const { store } = ledger.parts
  return at.link === null
    ? store.readAll({ after: at.from, categories: null, limit: pageSize })()
    : store.readStream({
        stream: streamOfLink(at.link),
        direction: 'forwards',
        from: at.from ?? 'start',
        limit: pageSize,
      })()
}

const isAfter = (event: RecordedEvent, after: bigint | null): boolean =>
  after === null || event.position > after

/** A type that there is not would never be seen, so a typing error must not pass for silence. */
const parseTypes = (
  text: string | undefined,
): E.Either<CliFailure, (event: RecordedEvent) => boolean> => {
  if (text === undefined) return E.right(() => true)
  const names = text.split(',').map((name) => name.trim())
  const unknown = names.find((name) => !eventTypes.includes(name))
  if (unknown === undefined) return E.right(({ type }) => names.includes(type))
  const known = eventTypes.join(', ')
  return E.left(cliFailure(exitCodes.usage, `--types: there is no '${unknown}'; there is ${known}`))
}

const parseWhole = (
  text: string | undefined,
  option: string,
): E.Either<CliFailure, bigint | null> =>
  text === undefined
    ? E.right(null)
    : /^\d{1,18}$/u.test(text)
      ? E.right(BigInt(text))
      : E.left(cliFailure(exitCodes.usage, `${option} takes a whole number, not '${text}'`))
