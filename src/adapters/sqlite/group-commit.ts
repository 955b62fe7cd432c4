import * as E from 'fp-ts/Either'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { unstorable } from '../codec'
import { answerFromStored, type AppendAnswer, type WantedAppend } from './append-events'
import { appendBatch, backOffMs } from './append-batch'
import type { Operations } from './operations'
import type { Session } from './session'
import { readErrorOf } from './sqlite-failure'

/** How long an append may wait for other processes' locks, and for an unknown outcome to clear. */
export type Patience = { readonly lockMs: number; readonly settleMs: number }

/** The patience of a store that nobody asked for another. */
export const usualPatience: Patience = { lockMs: 10_000, settleMs: 2_000 }

/** Most appends in one transaction. */
const batchMax = 256

type Waiting = {
  readonly wanted: WantedAppend
  readonly answer: (answer: AppendAnswer) => void
  readonly giveUpAtMs: number
}

/** What appends to one file. */
export type Writer = {
  readonly append: (wanted: WantedAppend) => Promise<AppendAnswer>
  /** Resolves once nothing is being appended any more. */
  readonly idle: () => Promise<void>
}

/** Gathers the appends of one turn of the event loop into one transaction, hence into one sync. */
export const groupCommit = (session: Session, patience: Patience): Writer => {
  const queue: Waiting[] = []
  let running: Promise<void> | undefined

  const run = async (): Promise<void> => {
    await nextTurn()
    while (queue.length > 0) await commit(session, patience, queue.splice(0, batchMax))
    running = undefined
  }

  return {
    append: (wanted: WantedAppend): Promise<AppendAnswer> => {
      const refused = unstorable(wanted.stream, wanted.events)
      if (refused !== undefined) return Promise.resolve(E.left(refused))
      const giveUpAtMs = performance.now() + patience.lockMs
      return new Promise((answer) => {
        queue.push({ wanted, answer, giveUpAtMs })
        running ??= run()
      })
    },
    idle: async (): Promise<void> => running,
  }
}

const commit = async (
  session: Session,
  patience: Patience,
  batch: ReadonlyArray<Waiting>,
): Promise<void> => {
  let waiting = batch
  for (let attempt = 0; waiting.length > 0; attempt++) {
    const operations = await session.settled(patience.settleMs)
    if (E.isLeft(operations)) {
      answerUnsettled(session, waiting, operations.left)
      return
    }
    const result = appendBatch(
      operations.right,
      waiting.map(({ wanted }) => wanted),
    )
    switch (result._tag) {
      case 'Committed':
        answerAll(waiting, result.answers)
        session.committed()
        return
      case 'NotBegun':
        answerEach(waiting, () => E.left(readErrorOf(result.cause)))
        return
      case 'Uncertain':
        session.becameUncertain(waiting.flatMap(({ wanted }) => wanted.events))
        await answerSettled(session, waiting, { cause: result.cause, patience })
        return
      case 'Busy':
        waiting = stillPatient(waiting)
        await sleep(backOffMs(attempt))
    }
  }
}

const answerAll = (waiting: ReadonlyArray<Waiting>, answers: ReadonlyArray<AppendAnswer>): void => {
  answers.forEach((answer, index) => waiting[index]?.answer(answer))
}

const answerEach = (
  waiting: ReadonlyArray<Waiting>,
  answerTo: (wanted: WantedAppend) => AppendAnswer,
): void => waiting.forEach(({ wanted, answer }) => answer(answerTo(wanted)))

/** Answers those whose time is up and gives the others. */
const stillPatient = (waiting: ReadonlyArray<Waiting>): ReadonlyArray<Waiting> => {
  const now = performance.now()
  const isLate = ({ giveUpAtMs }: Waiting): boolean => giveUpAtMs <= now
  const why = 'other processes hold the write lock of the ledger'
  answerEach(waiting.filter(isLate), () => E.left({ _tag: 'Unavailable', why }))
  return waiting.filter((one) => !isLate(one))
}

/** Answers by what is stored, once that is certain. */
const answerSettled = async (
  session: Session,
  waiting: ReadonlyArray<Waiting>,
  { cause, patience }: { readonly cause: unknown; readonly patience: Patience },
): Promise<void> => {
  const operations = await session.settled(patience.settleMs)
  if (E.isLeft(operations)) {
    answerUnsettled(session, waiting, cause)
    return
  }
  try {
    const answers = waiting.map(({ wanted }) => foundAnswer(operations.right, wanted, cause))
    answerAll(waiting, answers)
    session.committed()
  } catch (lookUpFailed) {
    session.becameUncertain(waiting.flatMap(({ wanted }) => wanted.events))
    answerUnsettled(session, waiting, lookUpFailed)
  }
}

const foundAnswer = (
  operations: Operations,
  wanted: WantedAppend,
  cause: unknown,
): AppendAnswer => {
  const answer = answerFromStored(operations, wanted)
  if (E.isRight(answer)) return E.right({ ...answer.right, repeated: false })
  const isAbsent = answer.left._tag === 'Conflict' && answer.left.actual === wanted.expected
  return isAbsent ? E.left(readErrorOf(cause)) : answer
}

/** Only what was being written when it failed is uncertain; the rest never got that far. */
const answerUnsettled = (session: Session, waiting: ReadonlyArray<Waiting>, cause: unknown): void =>
  answerEach(waiting, ({ events }) =>
    events.some(({ id }) => session.isUncertain(id))
      ? E.left({ _tag: 'UnknownOutcome', why: readErrorOf(cause).why, cause })
      : E.left(readErrorOf(cause)),
  )
