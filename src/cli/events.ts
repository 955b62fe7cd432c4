import * as E from 'fp-ts/Either'
import { Command } from 'commander'
import { streamOfLink, type LinkId } from '../../domain/link-id'
import type { Page, ReadError, RecordedEvent } from '../ports/event-store'
import { withLedgerOptions } from './change-command'
import { cliFailure, type CliFailure, type CliLedger, type CliParts } from './cli-parts'
import { exitCodes, type ExitCode } from './exit-codes'
import { knownLink } from './name-link'
import { readFailure } from './read-failure'
import { reportResult, withLedger, type CommandResult, type LedgerOptions } from './run-command'

type EventsOptions = LedgerOptions & {
  readonly link?: string
  readonly after?: string
  readonly limit?: string
}

const pageSize = 500

/** `events`: what the ledger holds, oldest first, one JSON document a line. */
export const eventsCommand = (parts: CliParts, exit: (code: ExitCode) => void): Command =>
  withLedgerOptions(
    new Command('events')
      .description('print the events of the ledger or of one link, oldest first, as NDJSON')
      .option('--link <link>', 'only the stream of this link')
      .option('--after <position>', 'only events after this position (exclusive)')
      .option('--limit <count>', 'at most so many')
      .addHelpText(
        'before',
        'Examples:\n  open-interval events --link isp\n  open-interval events --after 120 --limit 10\n',
      ),
  ).action(async (options: EventsOptions) => {
    exit(reportResult(parts, await printEvents(parts, options)))
  })

const printEvents = async (parts: CliParts, options: EventsOptions): Promise<CommandResult> => {
  const after = parseWhole(options.after, '--after')
  if (E.isLeft(after)) return after
  const limit = parseWhole(options.limit, '--limit')
  if (E.isLeft(limit)) return limit
  return withLedger(parts, { store: options.store, access: 'read' }, async (ledger) => {
    const link =
      options.link === undefined
        ? E.right(null)
        : await knownLink(ledger, options.link, { unknown: false })
    if (E.isLeft(link)) return link
    let left = limit.right === null ? Infinity : Number(limit.right)
    let from = link.right === null ? after.right : null
    while (left > 0) {
      const page = await nextPage(ledger, {
        link: link.right,
        from,
        limit: Math.min(pageSize, left),
      })
      if (E.isLeft(page)) return E.left(readFailure(page.left))
      const { events, next } = page.right
      const shown =
        link.right === null ? events : events.filter((event) => isAfter(event, after.right))
      for (const event of shown) parts.out(`${JSON.stringify(lineOf(event))}\n`)
      left -= shown.length
      if (next === null) break
      from = next
    }
    return E.right(exitCodes.ok)
  })
}

type NextPage = {
  readonly link: LinkId | null
  readonly from: bigint | null
  readonly limit: number
}

const nextPage = (ledger: CliLedger, at: NextPage): Promise<E.Either<ReadError, Page>> => {
  const { store } = ledger.parts
  return at.link === null
    ? store.readAll({ after: at.from, categories: null, limit: at.limit })()
    : store.readStream({
        stream: streamOfLink(at.link),
        direction: 'forwards',
        from: at.from ?? 'start',
        limit: at.limit,
      })()
}

const isAfter = (event: RecordedEvent, after: bigint | null): boolean =>
  after === null || event.position > after

const lineOf = (event: RecordedEvent) => ({
  position: event.position.toString(),
  stream: event.stream,
  revision: event.revision.toString(),
  id: event.id,
  type: event.type,
  data: parsed(event.data),
  metadata: parsed(event.metadata),
})

/** A stored text as JSON, or as it is when it is none: `events` shows damage, it does not hide it. */
const parsed = (text: string): unknown => {
  const result = E.tryCatch(
    (): unknown => JSON.parse(text),
    () => text,
  )
  return E.isLeft(result) ? result.left : result.right
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
