import * as E from 'fp-ts/Either'
import type { LinkId } from '../../domain/link-id'
import { watchLinks, type PhaseChange, type WatchMessage } from '../application/watch-links'
import type { CliFailure, CliLedger, CliParts } from './cli-parts'
import type { DisplayTime } from './display-time'
import type { FollowHost } from './events-follow'
import { exitCodes } from './exit-codes'
import { liveTable, type Screen } from './live-table'
import { readFailure } from './read-failure'
import type { CommandResult } from './run-command'
import { statusLine } from './status-table'

/** What watching needs of its process. */
export type WatchHost = FollowHost & {
  /** The terminal that stdout is, as large as it is now; null: it is none. */
  readonly screen: () => Screen | null
}

/** What to watch, and how to tell of it. */
export type StatusWatch = {
  readonly link: LinkId | null
  readonly json: boolean
  readonly show: DisplayTime
}

/** How what is seen is told; false: nobody reads it any more. */
type Teller = {
  readonly tell: (looked: Extract<WatchMessage, { _tag: 'Looked' }>) => Promise<boolean>
  /** Called once every link has been told. */
  readonly seen: () => Promise<boolean>
  /** Called after something was said on stderr, which may be the same terminal. */
  readonly interrupted: () => void
  readonly close: () => void
}

/** Tells how links stand and what changes, until a signal ends it or nobody reads it any more. */
export const watchStatus = async (
  parts: CliParts & WatchHost,
  ledger: CliLedger,
  watch: StatusWatch,
): Promise<CommandResult> => {
  const stop = parts.listenForStop()
  const end = new AbortController()
  stop.onStop(() => end.abort())
  const teller = tellerOf(parts, ledger, watch)
  try {
    const messages = watchLinks(ledger.parts, {
      ledgerId: ledger.ledgerId,
      link: watch.link,
      isLocked: ledger.isLocked,
      signal: end.signal,
    })
    for await (const message of messages) {
      const told = await tell(parts, teller, message)
      if (E.isLeft(told)) return told
      if (!told.right) break
    }
    return E.right(exitCodes.ok)
  } finally {
    teller.close()
    stop.close()
  }
}

/** Whether to go on. */
const tell = async (
  parts: CliParts,
  teller: Teller,
  message: WatchMessage,
): Promise<E.Either<CliFailure, boolean>> => {
  switch (message._tag) {
    case 'Looked':
      return E.right(await teller.tell(message))
    case 'Seen':
      return E.right(await teller.seen())
    case 'Interrupted': {
      const again = `trying again in ${message.retryInMs / 1000} s`
      parts.err(`open-interval: ${message.error.why}; ${again}\n`)
      teller.interrupted()
      return E.right(true)
    }
    case 'Failed':
      return E.left(readFailure(message.error))
  }
}

const tellerOf = (
  parts: CliParts & WatchHost,
  { parts: { clock } }: CliLedger,
  { json, show }: StatusWatch,
): Teller => {
  if (!json && parts.screen() !== null) return screenTeller(parts, clock, show)
  const lineOf = json ? jsonLine : (change: PhaseChange) => changeLine(change, show)
  return {
    tell: async ({ changes }) =>
      changes.length === 0 || parts.written(changes.map(lineOf).join('')),
    seen: () => Promise.resolve(true),
    interrupted: () => undefined,
    close: () => undefined,
  }
}

const jsonLine = ({ link, from, to, at, row }: PhaseChange): string =>
  `${JSON.stringify({ link, from, to, at, row })}\n`

const changeLine = ({ from, at, row }: PhaseChange, show: DisplayTime): string =>
  `${show(at)}  ${row.link}  ${from === null ? '' : `${from} -> `}${statusLine(row, show)}\n`

const redrawEveryMs = 1_000

/** Draws the table again when something changed, and each second while a countdown is in it. */
const screenTeller = (
  parts: CliParts & WatchHost,
  clock: CliLedger['parts']['clock'],
  show: DisplayTime,
): Teller => {
  const table = liveTable(show)
  let isComplete = false
  let isRead = true
  const draw = async (): Promise<boolean> => {
    const screen = parts.screen()
    if (screen !== null) isRead &&= await parts.written(table.draw(screen, clock.read().uptimeCs))
    return isRead
  }
  const timer = setInterval(() => {
    if (isComplete && table.isCounting()) void draw()
  }, redrawEveryMs)
  return {
    tell: async ({ seen }) => {
      seen.forEach(table.put)
      return isComplete ? draw() : true
    },
    seen: () => {
      isComplete = true
      return draw()
    },
    interrupted: table.startAnew,
    close: () => clearInterval(timer),
  }
}
