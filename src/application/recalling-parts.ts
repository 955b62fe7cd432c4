import * as E from 'fp-ts/Either'
import type { Projection } from '../../projections/projection'
import type { LedgerParts, RecalledStream, RecallStream } from './ledger-parts'

/** Most streams whose views are recalled. */
const streamsMax = 512

/** A fold that is under way; `isOutdated`: this process appended to its stream since it began. */
type Running = { isOutdated: boolean }

/**
 * Parts that recall what they folded last of each stream, for stores where even the question whether
 * a stream has grown is a way to a server and back. What this process appends to is forgotten, with
 * what was read of it before the append was over.
 */
export const recallingParts = (parts: LedgerParts): LedgerParts => {
  const kept = keptViews()
  const folds = runningFolds()
  const fold: LedgerParts['fold'] = (projection, stream) => async () => {
    const { uptimeCs: readFromCs } = parts.clock.read()
    const running = folds.begin(stream)
    const folded = await parts.fold(projection, stream)()
    folds.end(stream, running)
    // Version 0 is that of projections made for one question.
    if (E.isRight(folded) && !running.isOutdated && projection.version !== 0) {
      kept.put(projection, stream, { folded: folded.right, readFromCs })
    }
    return folded
  }
  const outdate = (stream: string): void => {
    kept.forget(stream)
    folds.outdate(stream)
  }
  const append: LedgerParts['store']['append'] = (stream, expected, events) => async () => {
    outdate(stream)
    const appended = await parts.store.append(stream, expected, events)()
    outdate(stream)
    return appended
  }
  return { ...parts, store: { ...parts.store, append }, fold, recall: kept.get }
}

type Named = Pick<Projection<never>, 'name' | 'version'>

type KeptViews = {
  readonly get: RecallStream
  /** Takes the place of what is kept, unless that was read later. */
  readonly put: (projection: Named, stream: string, view: RecalledStream<unknown>) => void
  readonly forget: (stream: string) => void
}

const keptViews = (): KeptViews => {
  const kept = new Map<string, Map<string, RecalledStream<unknown>>>()
  return {
    get: <View>(projection: Projection<View>, stream: string) => {
      const found = kept.get(stream)?.get(keyOf(projection))
      // What lies there was put there for this version of this projection.
      return found as RecalledStream<View> | undefined
    },
    put: (projection, stream, view) => {
      const ofStream = kept.get(stream) ?? new Map<string, RecalledStream<unknown>>()
      const known = ofStream.get(keyOf(projection))
      if (known !== undefined && known.readFromCs > view.readFromCs) return
      kept.delete(stream)
      kept.set(stream, ofStream.set(keyOf(projection), view))
      const [oldest] = kept.size > streamsMax ? kept.keys() : []
      if (oldest !== undefined) kept.delete(oldest)
    },
    forget: (stream) => {
      kept.delete(stream)
    },
  }
}

type RunningFolds = {
  readonly begin: (stream: string) => Running
  readonly end: (stream: string, running: Running) => void
  readonly outdate: (stream: string) => void
}

const runningFolds = (): RunningFolds => {
  const folds = new Map<string, Set<Running>>()
  return {
    begin: (stream) => {
      const running = { isOutdated: false }
      const ofStream = folds.get(stream) ?? new Set()
      folds.set(stream, ofStream.add(running))
      return running
    },
    end: (stream, running) => {
      const ofStream = folds.get(stream)
      ofStream?.delete(running)
      if (ofStream?.size === 0) folds.delete(stream)
    },
    outdate: (stream) => {
      folds.get(stream)?.forEach((running) => (running.isOutdated = true))
    },
  }
}

const keyOf = ({ name, version }: Named): string => `${name} ${version}`
