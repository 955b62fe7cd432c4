import * as E from 'fp-ts/Either'
import { auditAll } from '../../projections/findings/audit-all'
import { linkOfStream, type Fact } from '../../projections/findings/fact'
import { findings } from '../../projections/findings/findings'
import { itemsOf } from '../../projections/findings/growing-list'
import type { JudgedDial } from '../../projections/findings/report'
import { verdictsOf } from '../../projections/findings/verdicts'
import { toStreamItem } from '../adapters/codec'
import type { EventStore, Page, ReadError } from '../ports/event-store'
import { streamPages } from './stream-pages'

/** Which links to judge, null: all of them; by what the ledger says up to a position. */
export type ToJudge = { readonly streams: ReadonlyArray<string> | null; readonly until: bigint }

/** Judges links as the audit does. */
export type LinkJudge = (asked: ToJudge) => Promise<E.Either<ReadError, ReadonlyArray<JudgedDial>>>

/** Events of a page while a ledger is judged. */
const pageSize = 1000

/**
 * Gives a judge that remembers what all links have in common: policies, and what logs and watchers
 * say. A link is judged by that and by its own stream, which is read whole; judging all of them
 * reads the ledger, and takes the memory of an audit.
 */
export const linkJudge = (store: EventStore): LinkJudge => {
  let common: ReadonlyArray<Fact> | null = null
  return async ({ streams, until }) => {
    if (streams === null || common === null) {
      const all = await factsUntil(store, until)
      if (E.isLeft(all)) return all
      common = all.right.filter(isCommon)
      if (streams === null) return E.right(dialsIn(all.right, null))
    }
    const dials: JudgedDial[] = []
    for (const stream of streams) {
      const link = linkOfStream(stream)
      if (link === null) continue
      const own = await factsOfStream(store, stream, until)
      if (E.isLeft(own)) return own
      const others = common.filter(
        (fact) => fact.stream !== stream && fact.position <= Number(until),
      )
      const facts = [...others, ...own.right].toSorted((a, b) => a.position - b.position)
      dials.push(...dialsIn(facts, link))
    }
    return E.right(dials)
  }
}

const dialsIn = (facts: ReadonlyArray<Fact>, link: string | null): ReadonlyArray<JudgedDial> =>
  verdictsOf({ facts: { branches: [[facts]], leaves: [], tail: [] } }, { ...auditAll, link }).dials

/** Whether a fact can matter to other links than that of its stream. */
const isCommon = (fact: Fact): boolean => {
  if (linkOfStream(fact.stream) === null) return true
  if (fact.kind === 'unreadable') return false
  const { source, attempt } = fact
  return source.kind === 'import' || (source.kind === 'record' && attempt === null)
}

const factsUntil = async (
  store: EventStore,
  until: bigint,
): Promise<E.Either<ReadError, ReadonlyArray<Fact>>> => {
  let view = findings.initial
  let after: bigint | null = null
  for (;;) {
    const page: E.Either<ReadError, Page> = await store.readAll({
      after,
      categories: null,
      limit: pageSize,
    })()
    if (E.isLeft(page)) return page
    for (const event of page.right.events) {
      if (event.position <= until) view = findings.evolve(view, toStreamItem(event))
    }
    const isPast: boolean = (page.right.events.at(-1)?.position ?? -1n) >= until
    after = isPast ? null : page.right.next
    if (after === null) return E.right(itemsOf(view.facts))
  }
}

const factsOfStream = async (
  store: EventStore,
  stream: string,
  until: bigint,
): Promise<E.Either<ReadError, ReadonlyArray<Fact>>> => {
  let view = findings.initial
  for await (const page of streamPages(store, { stream, from: 'start' })) {
    if (E.isLeft(page)) return page
    for (const event of page.right) {
      if (event.position <= until) view = findings.evolve(view, toStreamItem(event))
    }
  }
  return E.right(itemsOf(view.facts))
}
