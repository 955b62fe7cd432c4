import * as E from 'fp-ts/Either'
import { streamOfLink, type LinkId } from '../../domain/link-id'
import {
  isReadError,
  positionOf,
  type Checkpoint,
  type CheckpointError,
} from '../application/checkpoint'
import type { Stop } from '../application/stop'
import {
  subscription,
  type SubscriptionMessage,
  type SubscriptionRequest,
} from '../application/subscription'
import type { RecordedEvent } from '../ports/event-store'
import { checkpointFile, type CheckpointFile } from './checkpoint-file'
import { cliFailure, type CliFailure, type CliLedger, type CliParts } from './cli-parts'
import { eventLine } from './event-line'
import { exitCodes } from './exit-codes'
import { readFailure } from './read-failure'
import type { CommandResult } from './run-command'

/** What following needs of its process. */
export type FollowHost = {
  /** Writes to stdout; resolves once it was taken, or false when nobody reads it any more. */
  readonly written: (text: string) => Promise<boolean>
  readonly listenForStop: () => Stop
}

/** What to follow; `after`: a position to begin behind, where no checkpoint says so. */
export type Follow = {
  readonly link: LinkId | null
  readonly isWanted: (event: RecordedEvent) => boolean
  readonly after: bigint | null
  readonly checkpoint: string | null
}

/** Prints events as they come until a signal ends it, and keeps the place of the last in a file. */
export const followEvents = async (
  parts: CliParts & FollowHost,
  ledger: CliLedger,
  follow: Follow,
): Promise<CommandResult> => {
  const file = follow.checkpoint === null ? null : checkpointFile(follow.checkpoint)
  const after = await placeToBegin(ledger, follow, file)
  if (E.isLeft(after)) return after
  const stop = parts.listenForStop()
  const end = new AbortController()
  stop.onStop(() => end.abort())
  try {
    const messages = subscription(ledger.parts.store, {
      ledgerId: ledger.ledgerId,
      after: after.right,
      wants: (event) =>
        (follow.link === null || event.stream === streamOfLink(follow.link)) &&
        follow.isWanted(event),
      signal: end.signal,
    })
    for await (const message of messages) {
      const told = await tell(parts, file, message)
      if (E.isLeft(told)) return told
      if (!told.right) break
    }
    return E.right(exitCodes.ok)
  } finally {
    stop.close()
  }
}

const placeToBegin = async (
  { parts: { store }, ledgerId }: CliLedger,
  { after, checkpoint }: Follow,
  file: CheckpointFile | null,
): Promise<E.Either<CliFailure, SubscriptionRequest['after']>> => {
  const kept = file === null ? E.right(null) : file.load()
  if (E.isLeft(kept)) return kept
  if (kept.right === null) return after === null ? E.right(null) : withinLedger(store, after)
  if (after !== null) {
    const both = `${checkpoint} says where to go on: leave out --after, or move the file away`
    return E.left(cliFailure(exitCodes.usage, both))
  }
  const found = await positionOf(store, ledgerId)(kept.right)
  if (E.isRight(found)) return E.right({ ...kept.right, position: found.right })
  return E.left(
    isReadError(found.left)
      ? readFailure(found.left)
      : cliFailure(exitCodes.badInput, `${checkpoint}: ${whyOf(found.left)}`),
  )
}

/** Behind its end a ledger would seem to stand still until it has caught up with that position. */
const withinLedger = async (
  store: CliLedger['parts']['store'],
  after: bigint,
): Promise<E.Either<CliFailure, SubscriptionRequest['after']>> => {
  if (after === 0n) return E.right({ position: after })
  const page = await store.readAll({ after: after - 1n, categories: null, limit: 1 })()
  if (E.isLeft(page)) return E.left(readFailure(page.left))
  return page.right.events.length > 0 || page.right.next !== null
    ? E.right({ position: after })
    : E.left(cliFailure(exitCodes.badInput, `the ledger ends before position ${after}`))
}

const whyOf = (error: CheckpointError): string => {
  switch (error._tag) {
    case 'NoCheckpoint':
      return error.why
    case 'ForeignLedger':
      return `it was made on ledger ${error.found}, this is ${error.expected}; name another file`
    case 'RolledBack':
      return (
        `its event ${error.checkpoint.eventId} is not in the ledger: an older copy was put in its place; ` +
        'find out what was lost, then move the file away to begin at the start'
      )
  }
}

/** Whether to go on. */
const tell = async (
  parts: CliParts & FollowHost,
  file: CheckpointFile | null,
  message: SubscriptionMessage,
): Promise<E.Either<CliFailure, boolean>> => {
  if (message._tag === 'Failed') return E.left(readFailure(message.error))
  if (message._tag !== 'Page') {
    parts.err(`open-interval: ${said(message)}\n`)
    return E.right(true)
  }
  const { events, checkpoint } = message
  const isTaken = events.length === 0 || (await parts.written(events.map(eventLine).join('')))
  if (!isTaken || file === null) return E.right(isTaken)
  const saved = file.save(checkpoint)
  return E.isLeft(saved) ? saved : E.right(true)
}

const said = (message: Exclude<SubscriptionMessage, { _tag: 'Page' | 'Failed' }>): string => {
  switch (message._tag) {
    case 'CaughtUp':
      return `caught up${placeOf(message.checkpoint)}; what follows is live`
    case 'FellBehind':
      return 'fell behind, catching up'
    case 'Interrupted':
      return `${message.error.why}; trying again in ${message.retryInMs / 1000} s`
  }
}

const placeOf = (checkpoint: Checkpoint | null): string =>
  checkpoint === null ? '' : ` at position ${checkpoint.position}`
