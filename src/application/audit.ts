import * as E from 'fp-ts/Either'
import type { StreamItem } from '../../domain/events'
import { findings } from '../../projections/findings/findings'
import type { AuditOptions } from '../../projections/findings/audit-all'
import { verdictsOf } from '../../projections/findings/verdicts'
import { toStreamItem } from '../adapters/codec'
import type { EventStore, Page, ReadError } from '../ports/event-store'
import { auditReport, type AuditReport } from './audit-report'

/** What an audit is asked, and when. */
export type AuditRequest = AuditOptions & { readonly asOf: string }

/** Events of a page: few turns of the event loop, and little memory beside the view. */
const pageSize = 1000

const categories = ['link', 'site', 'source']

/** Judges every dial that a ledger shows, page by page. */
export const auditLedger = async (
  store: EventStore,
  request: AuditRequest,
): Promise<E.Either<ReadError, AuditReport>> => {
  let view = findings.initial
  let after: bigint | null = null
  for (;;) {
    const page: E.Either<ReadError, Page> = await store.readAll({
      after,
      categories,
      limit: pageSize,
    })()
    if (E.isLeft(page)) return page
    for (const event of page.right.events) view = findings.evolve(view, toStreamItem(event))
    after = page.right.next
    if (after === null) return E.right(auditReport(verdictsOf(view, request), request))
  }
}

/** Judges the dials of events that are at hand, in order of position. */
export const auditItems = (
  items: ReadonlyArray<StreamItem>,
  request: AuditRequest,
): AuditReport => {
  const view = items.reduce(findings.evolve, findings.initial)
  return auditReport(verdictsOf(view, request), request)
}
