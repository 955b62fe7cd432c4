import * as E from 'fp-ts/Either'
import { dayMsOf, possibleOrders, type DateParts } from './log-dates'
import { dateOrders, type DateOrder } from './log-record'

/** What the dates of a file have shown so far. `orders`: those that every date allows. */
export type DateOrderEvidence = {
  readonly orders: ReadonlyArray<DateOrder>
  /** Whether the orders still allowed give different days for any date. */
  readonly differs: boolean
  /** The record after which no order was left; null: there is one. */
  readonly contradictedAt: number | null
}

/** Nothing seen yet. */
export const noDatesSeen: DateOrderEvidence = {
  orders: dateOrders,
  differs: false,
  contradictedAt: null,
}

/** Takes one more date into account; a date that no order allows says nothing. */
export const seeDate = (
  seen: DateOrderEvidence,
  date: DateParts,
  record: number,
): DateOrderEvidence => {
  const possible = possibleOrders(date)
  if (possible.length === 0 || seen.contradictedAt !== null) return seen
  const orders = seen.orders.filter((order) => possible.includes(order))
  const days = new Set(orders.map((order) => dayMsOf(date, order)))
  const differs = seen.differs || days.size > 1
  if (orders.length === 0) return { orders: seen.orders, differs, contradictedAt: record }
  return orders.length === seen.orders.length && differs === seen.differs
    ? seen
    : { orders, differs, contradictedAt: null }
}

/** Why the order of a file's dates is not settled. */
export type DateOrderProblem =
  | { readonly _tag: 'AmbiguousDateOrder'; readonly orders: ReadonlyArray<DateOrder> }
  | { readonly _tag: 'ContradictingDates'; readonly record: number }

/** Gives the order that a file settles; null: it has no dates, or any order reads them the same. */
export const settleDateOrder = (
  seen: DateOrderEvidence,
): E.Either<DateOrderProblem, DateOrder | null> => {
  if (seen.contradictedAt !== null) {
    return E.left({ _tag: 'ContradictingDates', record: seen.contradictedAt })
  }
  if (seen.orders.length === 1) return E.right(seen.orders[0] ?? null)
  return seen.differs ? E.left({ _tag: 'AmbiguousDateOrder', orders: seen.orders }) : E.right(null)
}
