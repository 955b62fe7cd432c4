import { cleanEvt, dirtyEvt, wrappedEvt, type MadeEvtRecord } from './evt-file'
import { failedDial, mtaStrings } from './mta-log'

const start = Date.UTC(1996, 10, 18, 9, 0, 0)
const second = 1000
const minute = 60 * second

const other = (at: number): MadeEvtRecord => ({
  at,
  eventId: 1000,
  strings: ['a drive is nearly full'],
  source: 'ESE97',
})

/** A failure whose redial waits as it must: 9311, 1028, 1294, 289 and the timer of 301. */
const healthyDial = (at: number, name: string): ReadonlyArray<MadeEvtRecord> => [
  ...failedDial(at, name),
  { at: at + second, eventId: 301, strings: mtaStrings(301, name, 600) },
]

const spaced = (
  count: number,
  everyMs: number,
  dial: typeof failedDial,
): ReadonlyArray<MadeEvtRecord> =>
  Array.from({ length: count }, (_, index) => dial(start + index * everyMs, 'RAS TO PIER')).flat()

/** Four dials, a minute apart, in the log of a server that was saved. */
const storm = [other(start - 60 * minute), ...spaced(4, minute, failedDial)]

/** Four dials, thirteen minutes apart, in the log of a server that goes on running. */
const healthy = [other(start - 60 * minute), ...spaced(4, 13 * minute, healthyDial)]

const cut = (file: Buffer, bytes: number): Buffer => file.subarray(0, file.length - bytes)

/** A log that was emptied: what was in it before lies behind its new end. */
const emptied = (): Buffer => {
  const dial = failedDial(start + 90 * minute, 'RAS TO PIER')
  const now = cleanEvt([other(start + 30 * minute), ...dial])
  return Buffer.concat([now, cleanEvt(storm).subarray(now.length)])
}

/** Every binary fixture by its name. */
export const evtFixtures = (): Readonly<Record<string, Buffer>> => ({
  'evt-storm-clean.evt': cleanEvt(storm),
  'evt-healthy-dirty.evt': dirtyEvt(healthy, 8192),
  'evt-storm-wrapped.evt': wrappedEvt(spaced(12, minute, failedDial), 4096),
  'evt-storm-truncated.evt': cut(cleanEvt(storm), 200),
  'evt-lost-record.evt': cleanEvt(withGap()),
  'evt-emptied.evt': emptied(),
})

/** Thirteen minutes between all dials, and two records missing between the third and the fourth. */
const withGap = (): ReadonlyArray<MadeEvtRecord> =>
  healthy.map((record, index) => ({ ...record, number: index < 16 ? index + 1 : index + 3 }))
