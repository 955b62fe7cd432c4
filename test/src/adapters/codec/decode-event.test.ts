import fc from 'fast-check'
import * as E from 'fp-ts/Either'
import type { LedgerEvent, Metadata } from '../../../../domain/events'
import { decodeEvent, toStreamItem } from '../../../../src/adapters/codec'
import { makeDecoder } from '../../../../src/adapters/codec/decode-event'
import { anUnsealed, recordedOne } from '../../../support/codec-round-trip'
import { aMetadata, aReading } from '../../../support/event-builders'
import { everyEvent } from '../../../support/every-event'

const events: ReadonlyArray<LedgerEvent> = Object.values(everyEvent)

const started = recordedOne(anUnsealed(everyEvent.DialStarted))

const problemOf = (recorded: typeof started): string | undefined => {
  const decoded = decodeEvent(recorded)
  return E.isLeft(decoded) ? `${decoded.left._tag}: ${decoded.left.problem}` : undefined
}

/** Every way to one leaf or list of a JSON value, with a function that replaces what is there. */
const replacements = (
  value: unknown,
  replace: (value: unknown) => unknown,
): ReadonlyArray<unknown> => {
  const here = [replace(value)]
  if (typeof value !== 'object' || value === null) return here
  if (Array.isArray(value))
    return [
      ...here,
      ...value.flatMap((member, index) =>
        replacements(member, replace).map((other) => value.with(index, other)),
      ),
    ]
  return [
    ...here,
    ...Object.entries(value).flatMap(([key, member]) =>
      replacements(member, replace).map((other) => ({ ...value, [key]: other })),
    ),
  ]
}

describe('decoding an event', () => {
  it.each(events)('gives back $type as it was sealed', (event) => {
    const metadata = { stated: '1996-05-04T00:00:00.000Z', attempt: 'a', causation: 'c' }
    const decoded = decodeEvent(recordedOne(anUnsealed(event, metadata)))
    expect(decoded).toEqual(
      E.right({
        ...event,
        id: started.id,
        stream: 'link-isp',
        revision: 0n,
        position: 1n,
        metadata: aMetadata(metadata),
      }),
    )
  })

  it.each([
    ['a reading of another time namespace', { appended: aReading({ boottimeOffset: '5 0' }) }],
    ['a reading of the usual namespace', { appended: aReading({ boottimeOffset: '0 0' }) }],
    ['a mounted-over uptime', { appended: aReading({ provider: 'fuse.lxcfs 0:52 1' }) }],
    ['an occurrence before the append', { occurred: aReading({ uptimeCs: 1 }) }],
    ['an occurrence on another clock', { occurred: aReading({ bootId: 'b', provider: 'p' }) }],
    ['a hook', { source: { kind: 'record' } }],
    [
      'a log',
      {
        source: { kind: 'import', logId: 'l', fileHash: 'h', record: 1, offset: 0, computer: 'c' },
      },
    ],
    [
      'a log without places',
      {
        source: {
          kind: 'import',
          logId: 'l',
          fileHash: 'h',
          record: 1,
          offset: null,
          computer: null,
        },
      },
    ],
  ] satisfies ReadonlyArray<[string, Partial<Metadata>]>)(
    'gives back the envelope of %s',
    (_, metadata) => {
      const decoded = decodeEvent(recordedOne(anUnsealed(everyEvent.DialStarted, metadata)))
      expect(E.map((event: { metadata: Metadata }) => event.metadata)(decoded)).toEqual(
        E.right(aMetadata(metadata)),
      )
    },
  )

  it('refuses an unknown type', () => {
    expect(problemOf({ ...started, type: 'DialTeleported' })).toBe(
      'UnknownType: unknown event type DialTeleported',
    )
    expect(problemOf({ ...started, type: 'constructor' })).toMatch(/^UnknownType/)
  })

  it.each(['', '{', '[]', 'null', '7', '"{}"'])('refuses %j as data or metadata', (text) => {
    expect(problemOf({ ...started, data: text })).toMatch(/^BrokenJson/)
    expect(problemOf({ ...started, metadata: text })).toMatch(/^BrokenJson/)
  })

  it('refuses a schema that it does not know', () => {
    for (const schema of ['2', '0', '"1"', 'null', '1.5']) {
      const metadata = started.metadata.replace('"schema":1', `"schema":${schema}`)
      expect(problemOf({ ...started, metadata })).toMatch(/^UnknownSchema/)
    }
  })

  it('refuses a number that no double holds', () => {
    expect(problemOf({ ...started, data: '{"pid":1e999}' })).toMatch(/^WrongShape: data.pid/)
  })

  it.each(events)(
    'refuses $type with a field missing, a field more, or a field of another kind',
    (event) => {
      const recorded = recordedOne(anUnsealed(event))
      const data = JSON.parse(recorded.data)
      const metadata = JSON.parse(recorded.metadata)
      const isRefused = (text: string, part: 'data' | 'metadata') =>
        expect([text, problemOf({ ...recorded, [part]: text })]).toEqual([text, expect.any(String)])
      for (const [part, value] of [
        ['data', data],
        ['metadata', metadata],
      ] as const) {
        // No field may be a symbolic object, so an object in the place of anything is wrong.
        for (const wrong of replacements(value, () => ({ wrong: true })))
          isRefused(JSON.stringify(wrong), part)
        for (const key of Object.keys(value).filter(
          (name) => !['episode', 'candidates'].includes(name),
        ))
          isRefused(JSON.stringify({ ...value, [key]: undefined }), part)
        isRefused(JSON.stringify({ ...value, unheardOf: 1 }), part)
      }
    },
  )

  it('gives the place of an event that it cannot understand, and never throws', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.json(), (type, data, metadata) => {
        const item = toStreamItem({ ...started, type, data, metadata, revision: 7n, position: 9n })
        expect(item).toEqual({
          type: 'Unreadable',
          stream: 'link-isp',
          revision: 7n,
          position: 9n,
          problem: expect.any(String),
        })
      }),
    )
  })

  it('reads old schemas through the upcasters, one step after the other', () => {
    const decode = makeDecoder({
      current: 3,
      upcasters: new Map([
        [1, (old) => ({ ...old, type: 'DialBegun' })],
        [2, (old) => ({ ...old, type: 'DialStarted', data: { pid: old.data['process'] } })],
      ]),
    })
    const stored = { ...started, type: 'DialLaunched', data: '{"process":12}' }
    expect(E.map(({ type, data }: LedgerEvent) => ({ type, data }))(decode(stored))).toEqual(
      E.right({ type: 'DialStarted', data: { pid: 12 } }),
    )
  })

  it('refuses an old schema that no upcaster leads from', () => {
    const decoded = makeDecoder({ current: 3, upcasters: new Map([[2, (old) => old]]) })(started)
    expect(E.isLeft(decoded) && decoded.left._tag).toBe('UnknownSchema')
  })
})
