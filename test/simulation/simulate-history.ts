import { isDeepStrictEqual } from 'node:util'
import * as E from 'fp-ts/Either'
import { lastValueFrom } from 'rxjs/internal/lastValueFrom'
import { from } from 'rxjs/internal/observable/from'
import type { StreamItem } from '../../domain/events'
import { initialDialing } from '../../domain/dialing-state'
import { auditAll } from '../../projections/findings/audit-all'
import { findings, type FindingsView } from '../../projections/findings/findings'
import { verdictsOf } from '../../projections/findings/verdicts'
import { foldPages } from '../../projections/operators/fold-pages'
import { retryWindows } from '../../projections/retry-windows'
import { foldStream } from '../../src/application/fold-stream'
import { actStep } from './act-step'
import { newObserver, observe, type Observer } from './observer'
import { lostAppends } from './shared-store'
import type { History, Step } from './steps'
import { checkTrueStart } from './true-dials'
import { takeOverTimers } from './virtual-timers'
import { runUntil } from './virtual-time'
import { newSimulatedWorld } from './world'

/** What a history came to. */
export type Simulated = {
  readonly violations: ReadonlyArray<string>
  /** How often what happened, by name. */
  readonly counts: ReadonlyMap<string, number>
}

/** How long things go on after the last step. */
const tailMs = 30_000

/** Lets a history happen, with all invariants checked after each thing that happens in it. */
export const simulateHistory = async (history: History): Promise<Simulated> => {
  const world = newSimulatedWorld(history, (_, dialer) => checkTrueStart(observer, dialer))
  const observer = newObserver(world)
  const giveBack = takeOverTimers(world.time)
  const audit: Audit = { view: findings.initial, at: 0 }
  try {
    const first: Step = {
      kind: 'policy',
      isSite: true,
      set: history.policy,
      id: 900,
      afterMs: 0,
      host: 0,
      link: 0,
    }
    actStep(world, observer, first)
    await runUntil(world.time, 1_000, () => observe(observer))
    for (const step of history.steps) {
      await runUntil(world.time, world.time.nowMs + step.afterMs, () => observe(observer))
      actStep(world, observer, step)
      await checkViews(observer, audit, false)
      if (world.violations.size > 0) break
    }
    await runUntil(world.time, world.time.nowMs + tailMs, () => observe(observer))
    await checkViews(observer, audit, true)
    for (const lost of await lostAppends(world.store)) world.violations.add(lost)
  } catch (error) {
    world.violations.add(error instanceof Error ? (error.stack ?? error.message) : String(error))
  } finally {
    giveBack()
  }
  return { violations: [...world.violations], counts: world.counts }
}

type Audit = { view: FindingsView; at: number }

/** What was folded event by event, in pages and from snapshots is the same; and the audit agrees. */
const checkViews = async (observer: Observer, audit: Audit, isLast: boolean): Promise<void> => {
  observe(observer)
  const news = observer.items.slice(audit.at).map(({ item }) => item)
  for (const item of news) audit.view = findings.evolve(audit.view, item)
  audit.at = observer.items.length
  const isNews = news.some(({ type }) => type === 'DialAttempted')
  if (isNews) checkAudit(observer, audit.view)
  if (isNews || isLast) await checkFolds(observer, isLast)
}

const checkFolds = async ({ world, ofLink, states }: Observer, isLast: boolean): Promise<void> => {
  for (const link of world.links) {
    const stream = `link-${link}`
    const plain = states.get(stream) ?? initialDialing
    const items = ofLink.get(link)!.flatMap(({ item }) => (item.stream === stream ? [item] : []))
    if (isLast) {
      const pages = pagesOf(items, 1 + (world.history.seed % 7))
      const paged = await lastValueFrom(from(pages).pipe(foldPages(retryWindows)), {
        defaultValue: { view: initialDialing },
      })
      if (!isDeepStrictEqual(paged.view, plain))
        world.violations.add(`${stream}: pages fold otherwise`)
    }
    const snapshots = [...world.snapshots.values()][world.history.seed % world.snapshots.size]!
    const folded = await foldStream(world.store.memory, snapshots)(retryWindows, stream)()
    const isSame = E.isRight(folded) && isDeepStrictEqual(folded.right.view, plain)
    if (!isSame) world.violations.add(`${stream}: a snapshot and the tail fold otherwise`)
    if (snapshots.saved.length > 0) world.note('folded from a snapshot')
  }
}

const pagesOf = (
  items: ReadonlyArray<StreamItem>,
  size: number,
): ReadonlyArray<ReadonlyArray<StreamItem>> =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, page) =>
    items.slice(page * size, (page + 1) * size),
  )

/** The observer found no dial early (else the run is over), so the audit must not either. */
const checkAudit = ({ world, items }: Observer, view: FindingsView): void => {
  const grants = new Set(
    items.flatMap(({ item }) => (item.type === 'DialAttempted' ? [item.id] : [])),
  )
  for (const dial of verdictsOf(view, auditAll).dials) {
    if (!grants.has(dial.id)) continue
    world.note(`audit ${dial.verdict} ${dial.reason}`)
    const isInDoubt = dial.verdict === 'cannot-tell' && dial.reason !== 'ledger-unreadable'
    if (dial.verdict === 'broken' || isInDoubt) {
      world.violations.add(`audit: ${dial.id} is ${dial.verdict}, ${dial.reason}`)
    }
  }
}
