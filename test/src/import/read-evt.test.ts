import { isLeft, isRight } from 'fp-ts/Either'
import * as fc from 'fast-check'
import { findEvtBounds } from '../../../src/import/evt-bounds'
import type { EvtRecord } from '../../../src/import/evt-record'
import type { RecordError } from '../../../src/import/log-record'
import { readEvt } from '../../../src/import/read-evt'
import {
  cleanEvt,
  dirtyEvt,
  evtHeaderBytes,
  evtRecord,
  wrappedEvt,
  type MadeEvtRecord,
} from '../../support/evt-file'
import { inChunks, logBytes } from '../../support/log-bytes'
import { failedDial } from '../../support/mta-log'

type Read = {
  readonly records: ReadonlyArray<EvtRecord>
  readonly live: ReadonlyArray<number>
  readonly recovered: ReadonlyArray<number>
  readonly errors: ReadonlyArray<RecordError>
}

const read = async (file: Buffer, chunkBytes = file.length): Promise<Read> => {
  const bytes = logBytes(...inChunks(file, chunkBytes))
  const bounds = await findEvtBounds({ bytes, size: file.length })
  const records: EvtRecord[] = []
  const errors: RecordError[] = []
  await readEvt({ bytes, bounds }, (one) => {
    if (isRight(one)) records.push(one.right)
    if (isLeft(one)) errors.push(one.left)
  })
  const numbers = (isRecovered: boolean) =>
    records.filter((it) => it.isRecovered === isRecovered).map(({ recordNumber }) => recordNumber)
  return { records, live: numbers(false), recovered: numbers(true), errors }
}

const start = Date.UTC(1996, 10, 18, 9, 0, 0)

/** A log of eight records, and behind it older ones, a second apart, that had the number 4. */
const withLeftovers = (count: number): Buffer => {
  const one = evtRecord({ at: start, eventId: 289, strings: [] }, 4)
  const leftovers = Array.from({ length: count }, (_, index) => {
    const bytes = Buffer.from(one)
    bytes.writeUInt32LE(start / 1000 - 86_400 - index, 12)
    return bytes
  })
  return Buffer.concat([cleanEvt(storm(2)), ...leftovers])
}

/** Records of different lengths: storms of one connector, a minute apart. */
const storm = (dials: number): ReadonlyArray<MadeEvtRecord> =>
  Array.from({ length: dials }, (_, index) => failedDial(start + index * 60_000, 'A')).flat()

const upTo = (first: number, last: number): ReadonlyArray<number> =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index)

describe('a binary log', () => {
  it('gives every field of a record', async () => {
    const sid = Buffer.from('010100000000000512000000', 'hex')
    const made = { at: start, eventId: 289, strings: ['', 'zweite\r\nZeile', ''], sid }
    const file = cleanEvt([{ ...made, data: Buffer.from([1, 2, 3]), source: 'MTA', number: 70 }])
    const { records, errors } = await read(file)
    expect(errors).toEqual([])
    expect(records).toEqual([
      {
        recordNumber: 70,
        offset: evtHeaderBytes,
        timeGenerated: start / 1000,
        timeWritten: start / 1000,
        eventIdRaw: 0x8000_0000 + 289,
        eventType: 2,
        category: 3,
        source: 'MTA',
        computer: 'HARBOUR1',
        sid,
        strings: ['', 'zweite\r\nZeile', ''],
        data: Buffer.from([1, 2, 3]),
        isRecovered: false,
      },
    ])
  })

  it('is read by its end where the header is stale', async () => {
    const { live, recovered, errors } = await read(dirtyEvt(storm(5)))
    expect({ live, recovered, errors }).toEqual({ live: upTo(1, 20), recovered: [], errors: [] })
  })

  it('marks what it counts no more as recovered, once', async () => {
    const old = cleanEvt(storm(5))
    const file = Buffer.concat([cleanEvt(storm(2)), old.subarray(old.length - 3000)])
    const { live, recovered, errors } = await read(file)
    expect({ live, errors }).toEqual({ live: upTo(1, 8), errors: [] })
    expect(recovered.length).toBeGreaterThan(3)
    expect(recovered).toEqual(upTo(21 - recovered.length, 20))
  })

  it('takes a leftover copy of a record for the same record', async () => {
    const file = cleanEvt(storm(2))
    const again = evtRecord(storm(2)[3] ?? failThis(), 4)
    const other = evtRecord({ at: start - 86_400_000, eventId: 289, strings: [] }, 4)
    expect((await read(Buffer.concat([file, again]))).recovered).toEqual([])
    expect((await read(Buffer.concat([file, other]))).recovered).toEqual([4])
  })

  it('takes copies of one recovered record for one record', async () => {
    const file = cleanEvt(storm(2))
    const lost = evtRecord({ at: start + 86_400_000, eventId: 289, strings: ['A'] }, 40)
    expect((await read(Buffer.concat([file, lost, lost]))).recovered).toEqual([40])
  })

  it('recovers as many records under a number of its own as there are', async () => {
    const { live, recovered, errors } = await read(withLeftovers(10_001))
    expect({ live, errors }).toEqual({ live: upTo(1, 8), errors: [] })
    expect(recovered).toEqual(Array.from({ length: 10_001 }, () => 4))
  })

  it('says of each record that it leaves out', async () => {
    const { live, recovered, errors } = await read(withLeftovers(200_002))
    expect([live.length, recovered.length, errors.length]).toEqual([8, 200_000, 2])
    expect(errors).toEqual(
      errors.map(() => ({
        record: 4,
        offset: expect.any(Number),
        message: expect.stringMatching(/200000 .* left out/),
      })),
    )
  })

  it('that has lost its end takes copies of its records for the same, and older ones for leftovers', async () => {
    const made = storm(2)
    const file = cleanEvt(made)
    const cut = file.subarray(0, file.length - 40)
    const again = [2, 3].map((number) => evtRecord(made[number - 1] ?? failThis(), number))
    const older = evtRecord({ at: start - 86_400_000, eventId: 289, strings: [] }, 4)
    const { live, recovered } = await read(Buffer.concat([cut, ...again, older]))
    expect({ live, recovered }).toEqual({ live: upTo(1, 8), recovered: [4] })
  })

  it('goes on at its beginning, with a record split over the end of the file', async () => {
    let splits = 0
    for (let bytes = 6000; bytes < 6400; bytes += 20) {
      const { records, live, recovered, errors } = await read(wrappedEvt(storm(20), bytes))
      expect(errors).toEqual([])
      expect(live).toEqual(upTo(81 - live.length, 80))
      expect(live.length).toBeGreaterThan(10)
      expect(recovered.every((number) => number < 81 - live.length)).toBe(true)
      const last = records.findLast(({ offset }) => offset > bytes - 200)
      if (last !== undefined && last.offset + 200 > bytes) splits += 1
    }
    expect(splits).toBeGreaterThan(0)
  })

  it('is the same in chunks of any size', async () => {
    const file = wrappedEvt(storm(20), 6100)
    const whole = await read(file)
    const property = fc.asyncProperty(fc.integer({ min: 1, max: 700 }), async (chunkBytes) => {
      expect(await read(file, chunkBytes)).toEqual(whole)
    })
    await fc.assert(property, { numRuns: 40 })
  })

  it('that was cut off gives all records before the cut, and says where it ends', async () => {
    const file = cleanEvt(storm(5))
    const { live, errors } = await read(file.subarray(0, file.length - 200))
    expect(live).toEqual(upTo(1, 19))
    expect(errors).toEqual([
      {
        record: 20,
        offset: file.length - 40 - lastLength(file),
        message: expect.stringMatching(/ends/),
      },
    ])
  })

  it('that was wrapped and cut off gives its newer part', async () => {
    const file = wrappedEvt(storm(20), 6100)
    const whole = await read(file)
    const cut = await read(file.subarray(0, file.length - 600))
    expect(cut.live.at(-1)).toBe(80)
    expect(cut.live.length).toBeLessThan(whole.live.length)
    expect(cut.errors.length).toBeGreaterThan(0)
  })

  it.each([
    ['a length that lies', 0, 0xffff_fff0, 3],
    ['two lengths that differ', 0, 60, 3],
    ['no signature', 4, 0x1234_5678, 3],
    ['strings that lie outside', 36, 0x7fff_fff0, 3],
    ['data that lies outside', 48, 0x7fff_fff0, 3],
    ['a user that lies outside', 40, 0x7fff_fff0, 3],
    ['more strings than it holds', 24, 0xffff_0002, 3],
  ])('with %s loses that record alone', async (_, field, value, number) => {
    const file = cleanEvt(storm(2))
    const { records } = await read(file)
    const { offset } = records[number - 1] ?? failThis()
    file.writeUInt32LE(value, offset + field)
    const { live, errors } = await read(file)
    expect(live).toEqual([1, 2, 4, 5, 6, 7, 8])
    expect(errors).toMatchObject([{ record: number, offset }])
  })

  it('finds its end where the header was lost', async () => {
    const file = wrappedEvt(storm(20), 6100)
    const whole = await read(file)
    file.fill(0, 8, 0x30)
    expect(await read(file)).toEqual(whole)
  })
})

const failThis = (): never => {
  throw new Error('the fixture is too short')
}

const lastLength = (file: Buffer): number => file.readUInt32LE(file.length - 44)
