import * as E from 'fp-ts/Either'
import type { Row } from '../../projections/table-projection'
import type { AnyTableProjection } from '../../projections/table-projections'
import type { ProjectionMessage } from '../application/projection-message'
import type { ProjectionOptions, ProjectionParts } from '../application/projection-parts'
import { verifyView, type Verified } from '../application/verify-view'
import type { CliFailure, CliParts } from './cli-parts'
import { projectionFailure, projectionText, unsoundText } from './projection-text'
import { rebuildProgress } from './rebuild-progress'

/** What a fresh fold says of one view. */
export type VerifiedView = {
  readonly projection: string
  readonly table: string
  readonly verified: Verified
}

/** What views are compared with, and how. */
export type VerifyViews = {
  readonly parts: CliParts
  readonly projected: ProjectionParts
  readonly options: ProjectionOptions
}

/** Folds views anew beside the served ones, and compares them row by row. */
export const verifyViews = async (
  { parts, projected, options }: VerifyViews,
  chosen: ReadonlyArray<AnyTableProjection>,
): Promise<E.Either<CliFailure, ReadonlyArray<VerifiedView>>> => {
  const views: VerifiedView[] = []
  for (const { name, table, use } of chosen) {
    const progress = rebuildProgress(name, parts.isTerminal)
    const messages = use((projection) => verifyView(projected, projection, options))
    const verified = await drained(messages, (message) => {
      progress.onMessage(message)
      if (message._tag === 'Waiting') say(parts, name, message)
    })
    progress.stop()
    if (E.isLeft(verified)) return E.left(projectionFailure(name, verified.left))
    views.push({ projection: name, table: table.name, verified: verified.right })
  }
  return E.right(views)
}

/** Reads messages to their end and gives what they came to. */
export const drained = async <Result>(
  messages: AsyncGenerator<ProjectionMessage, Result, undefined>,
  onMessage: (message: ProjectionMessage) => void,
): Promise<Result> => {
  for (;;) {
    const { done, value } = await messages.next()
    if (done === true) return value
    onMessage(value)
  }
}

/** Says on stderr what a projection tells, if that is worth a line. */
export const say = (parts: CliParts, name: string, message: ProjectionMessage): void => {
  const text = projectionText(message)
  if (text !== null) parts.err(`open-interval: ${name}: ${text}\n`)
}

/** Whether a view is not what a fresh fold gives. One that is not there cannot be wrong. */
export const isWrong = ({ verified }: VerifiedView): boolean => {
  switch (verified._tag) {
    case 'Compared':
      return verified.differences.onlyServed.length + verified.differences.onlyFresh.length > 0
    case 'Unsound':
      return !['none', 'changed-fold'].includes(verified.because)
    case 'Ended':
      return false
  }
}

/** What a fresh fold says of a view, as a document. */
export const verifiedDocument = ({ projection, table, verified }: VerifiedView) => ({
  projection,
  table,
  ...(verified._tag === 'Compared'
    ? { compared: true, ...verified.differences }
    : { compared: false, because: verified._tag === 'Ended' ? 'ended' : verified.because }),
})

/** The same as a person reads it. */
export const verifiedText = ({ projection, verified }: VerifiedView): string => {
  switch (verified._tag) {
    case 'Ended':
      return `${projection}: not compared: ended by a signal\n`
    case 'Unsound':
      return `${projection}: not compared: ${unsoundText(verified.because)}\n`
    case 'Compared': {
      const { onlyServed, onlyFresh, more } = verified.differences
      if (onlyServed.length + onlyFresh.length === 0) {
        return `${projection}: as a fresh fold gives it\n`
      }
      const lines = [
        ...onlyServed.map((row) => `  served, but not folded: ${rowText(row)}\n`),
        ...onlyFresh.map((row) => `  folded, but not served: ${rowText(row)}\n`),
        ...(more === 0 ? [] : [`  and ${more} more\n`]),
      ]
      return `${projection}: differs from a fresh fold; make it anew with: open-interval rebuild ${projection}\n${lines.join('')}`
    }
  }
}

const rowText = (row: Row): string => JSON.stringify(row)
