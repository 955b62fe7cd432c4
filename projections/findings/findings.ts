import type { StreamItem } from '../../domain/events'
import type { Projection } from '../projection'
import { factOf, type Fact } from './fact'
import { emptyList, grown, newestOf, type GrowingList } from './growing-list'

/** What the audit remembers of a ledger: its facts in order of position. */
export type FindingsView = { readonly facts: GrowingList<Fact> }

/**
 * The audit's projection. Verdicts depend on options, on policies and on evidence that is imported
 * later, so the fold only reduces events to facts; `verdictsOf` judges them.
 */
export const findings: Projection<FindingsView> = {
  name: 'findings',
  version: 1,
  initial: { facts: emptyList },
  evolve: (view, item) => evolveFindings(view, item),
}

const evolveFindings = (view: FindingsView, item: StreamItem): FindingsView => {
  const fact = factOf(item)
  return fact === null ? view : { facts: grown(view.facts, lean(fact, newestOf(view.facts))) }
}

/** Shares the texts that neighbours have in common: a ledger of millions of events fits in memory. */
const lean = (fact: Fact, before: Fact | undefined): Fact => {
  if (fact.kind === 'unreadable' || before === undefined || before.kind === 'unreadable')
    return fact
  const clock = shared(fact.appended.clock, before.appended.clock)
  return {
    ...fact,
    stream: shared(fact.stream, before.stream),
    appended: { ...fact.appended, clock },
    occurred: { ...fact.occurred, clock: shared(fact.occurred.clock, clock) },
    source: isSameSource(fact, before) ? before.source : fact.source,
  }
}

const shared = (text: string, before: string): string => (text === before ? before : text)

type WithSource = Exclude<Fact, { readonly kind: 'unreadable' }>

const isSameSource = (fact: WithSource, before: WithSource): boolean =>
  fact.source.kind === before.source.kind &&
  fact.source.name === before.source.name &&
  fact.source.record === before.source.record &&
  fact.source.file === before.source.file &&
  fact.source.computer === before.source.computer
