/**
 * Judges the dials that a small log shows by trying everything: every true time within a stamp,
 * every way to assign records that name no link, every way to group what can be grouped twice. It
 * shares no code with the audit.
 */
export type OracleRecord = {
  readonly eventId: 9309 | 9311 | 4284 | 4287 | 1294 | 289 | 301
  /** Whole seconds: the true time is up to one second later. */
  readonly sec: number
  readonly isUnnamed: boolean
}

/** What the oracle can say of a dial. */
export type OracleVerdict = 'broken' | 'kept' | 'cannot-tell'

type Timed = OracleRecord & { readonly true: number; readonly index: number }

type Group = ReadonlyArray<Timed>

const dialTimeoutSec = 120

/** The two ends of a second: enough, as every rule compares sums of whole seconds. */
const offsets = [0, 0.9]

const rankOf = { 9309: 0, 9311: 0, 4284: 1, 4287: 1, 1294: 2, 289: 3, 301: 4 }

/** The verdict of each dial that the named records show, in order. */
export const oracleVerdicts = (
  records: ReadonlyArray<OracleRecord>,
  intervalSec: number,
): ReadonlyArray<OracleVerdict> => {
  const dials = plainDials(records)
  const said = dials.map(() => new Set<OracleVerdict>())
  for (const times of allTimes(records)) {
    for (const chosen of subsets(times)) {
      for (const groups of groupings(chosen)) judge(groups, { dials, said, intervalSec })
    }
  }
  return said.map((verdicts, dial) => {
    const [only] = verdicts
    if (verdicts.size !== 1 || only === undefined) return 'cannot-tell'
    return dial === 0 && only === 'kept' ? 'cannot-tell' : only
  })
}

/** The dials, as sets of record indices, of the reading that joins whatever may be joined. */
const plainDials = (records: ReadonlyArray<OracleRecord>): ReadonlyArray<ReadonlySet<number>> => {
  const groups: Timed[][] = []
  records.forEach((record, index) => {
    if (record.isUnnamed) return
    const timed = { ...record, true: record.sec, index }
    const open = groups.at(-1)
    if (open !== undefined && fits(open, timed) && record.sec - lastSec(open) <= dialTimeoutSec) {
      open.push(timed)
    } else groups.push([timed])
  })
  return groups.filter(isDial).map((group) => new Set(group.map((record) => record.index)))
}

const lastSec = (group: Group): number => Math.max(...group.map((record) => record.sec))

const isDial = (group: Group): boolean =>
  group.some((record) => record.eventId !== 1294 && record.eventId !== 301)

/** The failures of a group; of a retry timer alone, that. */
const telling = (group: Group): Group => {
  const failures = group.filter((record) => record.eventId !== 301)
  return failures.length === 0 ? group : failures
}

/** No origin twice, and no step back over more than 3 s of stamps. */
const fits = (group: Group, next: Timed): boolean =>
  !group.some(
    (one) =>
      one.eventId === next.eventId ||
      (rankOf[one.eventId] > rankOf[next.eventId] && next.sec - one.sec > 3),
  )

function* allTimes(
  records: ReadonlyArray<OracleRecord>,
  from: ReadonlyArray<Timed> = [],
): Generator<ReadonlyArray<Timed>> {
  const record = records[from.length]
  if (record === undefined) {
    yield from
    return
  }
  for (const offset of offsets) {
    const timed = { ...record, true: record.sec + offset, index: from.length }
    yield* allTimes(records, [...from, timed])
  }
}

function* subsets(records: ReadonlyArray<Timed>): Generator<ReadonlyArray<Timed>> {
  const [first, ...rest] = records
  if (first === undefined) {
    yield []
    return
  }
  for (const others of subsets(rest)) {
    yield [first, ...others]
    if (first.isUnnamed) yield others
  }
}

function* groupings(
  records: ReadonlyArray<Timed>,
  done: ReadonlyArray<Group> = [],
): Generator<ReadonlyArray<Group>> {
  const [next, ...rest] = records
  if (next === undefined) {
    yield done
    return
  }
  const open = done.at(-1)
  const gap = open === undefined ? Infinity : next.true - Math.max(...open.map((one) => one.true))
  const canJoin = open !== undefined && fits(open, next) && gap <= dialTimeoutSec
  if (canJoin) yield* groupings(rest, [...done.slice(0, -1), [...open, next]])
  const isRedial =
    canJoin &&
    next.eventId === 289 &&
    open.some((one) => one.eventId === 1294 && next.sec - one.sec > 3)
  if (!canJoin || isRedial) yield* groupings(rest, [...done, [next]])
}

type Bench = {
  readonly dials: ReadonlyArray<ReadonlySet<number>>
  readonly said: ReadonlyArray<Set<OracleVerdict>>
  readonly intervalSec: number
}

const judge = (groups: ReadonlyArray<Group>, { dials, said, intervalSec }: Bench): void => {
  let closesAt = -Infinity
  let mayCloseAt = -Infinity
  let before = -Infinity
  for (const group of groups) {
    if (isDial(group)) {
      const verdict = verdictOf(telling(group), { before, closesAt, mayCloseAt })
      const its = dials.flatMap((dial, index) =>
        group.some((record) => dial.has(record.index)) ? [index] : [],
      )
      its.forEach((dial, nth) => said[dial]?.add(nth === 0 ? verdict : 'cannot-tell'))
    }
    before = Math.max(...telling(group).map((record) => record.true))
    // A retry timer alone proves no failure, but none was waited for less.
    if (group.some((record) => record.eventId !== 301))
      closesAt = Math.max(closesAt, before + intervalSec)
    mayCloseAt = Math.max(mayCloseAt, before + intervalSec)
  }
}

type Before = {
  readonly before: number
  readonly closesAt: number
  readonly mayCloseAt: number
}

/** Whether the dial was early at its latest and at its earliest possible time. */
const verdictOf = (group: Group, { before, closesAt, mayCloseAt }: Before): OracleVerdict => {
  const latest = Math.min(...group.map((record) => record.true))
  const isOpenFailure = group.some((one) => one.eventId === 289 || one.eventId === 9309)
  const earliest = isOpenFailure ? Math.max(before, latest - dialTimeoutSec) : before
  if (latest < closesAt) return 'broken'
  return earliest >= mayCloseAt && earliest > -Infinity ? 'kept' : 'cannot-tell'
}
