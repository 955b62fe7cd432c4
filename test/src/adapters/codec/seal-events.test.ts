import { createHash } from 'node:crypto'
import fc from 'fast-check'
import * as E from 'fp-ts/Either'
import {
  canonicalJson,
  emptyHead,
  eventHash,
  headOf,
  sealEvents,
  type UnsealedEvent,
} from '../../../../src/adapters/codec'
import { anUnsealed, recordedAll, recordedOne } from '../../../support/codec-round-trip'
import { aReading, uuidOf } from '../../../support/event-builders'
import { everyEvent } from '../../../support/every-event'

const held = (reason: string) => anUnsealed({ type: 'LinkHeld', data: { reason } })

describe('sealing events', () => {
  it('chains each event to the hash of the one before it, the first to 64 zeros', () => {
    const [first, second, third] = recordedAll([
      anUnsealed(everyEvent.DialStarted),
      { ...anUnsealed(everyEvent.DialAbandoned), id: uuidOf(2) },
      { ...anUnsealed(everyEvent.LinkHeld), id: uuidOf(3) },
    ])
    const prevOf = (event: typeof first): unknown => JSON.parse(event!.metadata).prev
    expect(prevOf(first)).toBe('0'.repeat(64))
    expect(prevOf(second)).toBe(eventHash(first!))
    expect(prevOf(third)).toBe(eventHash(second!))
  })

  it('tells how many events of the same append follow, and nothing of the last', () => {
    const event = anUnsealed(everyEvent.DialStarted)
    const events = recordedAll([
      { ...event, id: uuidOf(1) },
      { ...event, id: uuidOf(2) },
      { ...event, id: uuidOf(3) },
    ])
    expect(events.map(({ metadata }) => JSON.parse(metadata).more)).toEqual([2, 1, undefined])
  })

  it('writes what events have in common as if each had it for itself', () => {
    const candidates = ['a', 'b']
    const unnamed = (number: number, links: ReadonlyArray<string>): UnsealedEvent => {
      const data = { origin: 'mta:1028', code: number, candidates: links }
      const event = anUnsealed({ type: 'ConnectionErrorOccurred', data })
      return { ...event, id: uuidOf(number) }
    }
    const [first, ...others] = [
      unnamed(1, candidates),
      unnamed(2, ['a', 'b', 'c']),
      unnamed(3, candidates),
    ]
    const apart = others.map((event): UnsealedEvent => JSON.parse(JSON.stringify(event)))
    const recorded = recordedAll([first, ...others])
    expect(recorded).toEqual(recordedAll([first, ...apart]))
    expect(recorded.map(({ data }) => JSON.parse(data).candidates)).toEqual([
      ['a', 'b'],
      ['a', 'b', 'c'],
      ['a', 'b'],
    ])
  })

  it('chains the last event of an append as if it had been appended alone', () => {
    const one = anUnsealed(everyEvent.DialStarted)
    const two = { ...anUnsealed(everyEvent.LinkHeld), id: uuidOf(2) }
    const [first, second] = recordedAll([one, two])
    const apart = sealEvents(headOf(first!), [two])
    const { id, type, data, metadata } = second!
    expect(apart).toEqual(
      E.right({ events: [{ id, type, data, metadata }], head: headOf(second!) }),
    )
  })

  it('changes the hash with every part of the event', () => {
    const event = recordedOne(anUnsealed(everyEvent.DialStarted))
    const others = [
      { ...event, stream: 'link-other' },
      { ...event, revision: 1n },
      { ...event, id: uuidOf(2) },
      { ...event, type: 'LinkHeld' },
      { ...event, data: '{"pid":8}' },
      { ...event, metadata: event.metadata.replace('tester', 'taster') },
    ]
    expect(new Set([event, ...others].map(eventHash)).size).toBe(1 + others.length)
    expect(eventHash({ ...event, position: 99n } as typeof event)).toBe(eventHash(event))
  })

  it('hashes the canonical text of the whole, whatever the parts', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'grapheme' }), fc.string(), (value, stream) => {
        const data = E.getOrElse(() => '{}')(canonicalJson({ value }))
        const whole = { stream, revision: '3', id: uuidOf(1), type: 'T', metadata: {} }
        const text = canonicalJson({ ...whole, data: JSON.parse(data) })
        fc.pre(E.isRight(text))
        const expected = createHash('sha256')
          .update(`open-interval/event/v1\n${text.right}`)
          .digest('hex')
        const link = { ...whole, revision: 3n, data, metadata: '{}' }
        expect(eventHash(link)).toBe(expected)
      }),
    )
  })

  it('stores of the occurrence only what differs from the append', () => {
    const same = recordedOne(anUnsealed(everyEvent.DialStarted))
    expect(JSON.parse(same.metadata)).not.toHaveProperty('occurred')
    const earlier = anUnsealed(everyEvent.DialStarted, { occurred: aReading({ uptimeCs: 5 }) })
    expect(JSON.parse(recordedOne(earlier).metadata).occurred).toEqual({ uptimeCs: 5 })
  })

  it.each([
    ['a lone surrogate', held('\ud800')],
    ['NUL', held('a\0b')],
    ['an id that is no UUID', { ...held('r'), id: 'attempt' }],
    [
      'a field that its type does not have',
      anUnsealed({ type: 'LinkHeld', data: { reason: 'r', extra: 1 } as never }),
    ],
    [
      'a number that is not finite',
      anUnsealed({ type: 'RetryDelayStarted', data: { seconds: Infinity } }),
    ],
    ['a bigint', anUnsealed({ type: 'DialStarted', data: { pid: 1n as never } })],
    ['undefined', anUnsealed({ type: 'DialStarted', data: { pid: undefined as never } })],
    [
      'a wall clock that is no time',
      anUnsealed(everyEvent.DialStarted, { appended: aReading({ wall: 'noon' }) }),
    ],
  ])('refuses %s, and the events sealed with it', (_, event) => {
    const sealed = sealEvents(emptyHead('link-isp'), [anUnsealed(everyEvent.DialStarted), event])
    expect(E.isLeft(sealed) && sealed.left._tag).toBe('InvalidEvent')
  })
})

describe('the canonical text', () => {
  it('sorts keys by their UTF-16 units and writes numbers as ECMAScript does', () => {
    const value = { '\u20ac': 1, '\r': 2, '1': 3, '😀': 4, '\ufb33': 5, a: [1e30, 1e-7, -0, 4.5] }
    expect(canonicalJson(value)).toEqual(
      E.right('{"\\r":2,"1":3,"a":[1e+30,1e-7,0,4.5],"€":1,"😀":4,"\ufb33":5}'),
    )
  })

  it.each([
    ['undefined in a list', [undefined]],
    ['a hole in a list', new Array(2)],
    ['a date', { at: new Date(0) }],
    ['a function', { run: () => 1 }],
    ['a key with a lone surrogate', { '\udc00': 1 }],
    ['a map', new Map()],
  ])('has none for %s', (_, value) => {
    expect(E.isLeft(canonicalJson(value))).toBe(true)
  })
})
