import { EventStoreDBClient, NO_STREAM, STREAM_EXISTS } from '@eventstore/db-client'
import { randomUUID } from 'node:crypto'
import { answerOf, bareEvent, revisionsIn, type ObservedWorld } from './observed-world'

/** What a server was seen to do: how to ask, and what it answers. */
export type ObservedCase = {
  readonly name: string
  readonly ask: (world: ObservedWorld) => Promise<unknown>
  readonly answer: unknown
  /** Its way of asking knows no TLS. */
  readonly isForInsecureServers?: true
}

const two = () => [bareEvent({ n: 0 }), bareEvent({ n: 1 })] as const

/** Appends, as a real server was seen to answer them. */
export const observedAppends: ReadonlyArray<ObservedCase> = [
  {
    name: 'no_stream on a new stream, two events: the position is that of the last one',
    ask: async ({ client, stream }) => {
      const name = stream()
      const { nextExpectedRevision, position } = await client.appendToStream(name, [...two()], {
        expectedRevision: NO_STREAM,
      })
      const read = client.readStream(name, { fromRevision: 1n, maxCount: 1 })
      for await (const { event } of read)
        return [nextExpectedRevision, event?.position, position?.commit === position?.prepare].map(
          (value) => (typeof value === 'object' ? value.commit === position?.commit : value),
        )
      return 'nothing was read'
    },
    answer: [1n, true, true],
  },
  {
    name: 'no_stream on a stream at 0',
    ask: async ({ client, stream }) => {
      const name = stream()
      await client.appendToStream(name, bareEvent())
      return answerOf(client.appendToStream(name, bareEvent(), { expectedRevision: NO_STREAM }))
    },
    answer: 'WrongExpectedVersionError at 0 (bigint)',
  },
  {
    name: 'a revision, and stream_exists, on a missing stream',
    ask: ({ client, stream }) =>
      Promise.all(
        [3n, STREAM_EXISTS].map((expectedRevision) =>
          answerOf(
            client.appendToStream(stream(), bareEvent(), {
              expectedRevision: expectedRevision as bigint,
            }),
          ),
        ),
      ),
    answer: [
      'WrongExpectedVersionError at no_stream (string)',
      'WrongExpectedVersionError at no_stream (string)',
    ],
  },
  {
    name: 'a repeat at the same revision, whole or in part, gives the original place',
    ask: async ({ client, stream }) => {
      const [name, [a, b]] = [stream(), two()]
      const first = await client.appendToStream(name, [a, b], { expectedRevision: NO_STREAM })
      await client.appendToStream(name, bareEvent())
      const again = await client.appendToStream(name, [a, b], { expectedRevision: NO_STREAM })
      return [
        again.position?.commit === first.position?.commit,
        await answerOf(client.appendToStream(name, [a, b], { expectedRevision: NO_STREAM })),
        await answerOf(client.appendToStream(name, [a], { expectedRevision: NO_STREAM })),
        await answerOf(client.appendToStream(name, [b], { expectedRevision: 0n })),
        await answerOf(
          client.appendToStream(name, [a, b, bareEvent(), bareEvent()], {
            expectedRevision: NO_STREAM,
          }),
        ),
        await revisionsIn(client.readStream(name)),
      ]
    },
    answer: [true, 'ok 1', 'ok 0', 'ok 1', 'WrongExpectedVersionError at 2 (bigint)', '0 1 2'],
  },
  {
    name: 'the same id with other data is the same event; at a newer revision it is another one',
    ask: async ({ client, stream }) => {
      const [name, id] = [stream(), randomUUID()]
      const at = (expectedRevision: bigint | typeof NO_STREAM, data: Record<string, unknown>) =>
        answerOf(client.appendToStream(name, bareEvent(data, id), { expectedRevision }))
      const answers = [
        await at(NO_STREAM, { a: 1 }),
        await at(NO_STREAM, { a: 2 }),
        await at(0n, {}),
      ]
      const data: unknown[] = []
      for await (const { event } of client.readStream(name)) data.push(event?.data)
      return [...answers, data]
    },
    answer: ['ok 0', 'ok 0', 'ok 1', [{ a: 1 }, {}]],
  },
  {
    name: 'the same id with any, twice in one append, and in two streams',
    ask: async ({ client, stream }) => {
      const [name, other, event] = [stream(), stream(), bareEvent()]
      return [
        await answerOf(client.appendToStream(name, event)),
        await answerOf(client.appendToStream(name, event)),
        await answerOf(
          client.appendToStream(other, [event, event], { expectedRevision: NO_STREAM }),
        ),
      ]
    },
    answer: ['ok 0', 'ok 0', 'ok 1'],
  },
  {
    name: 'an empty list is ok and makes no stream',
    ask: async ({ client, stream }) => {
      const name = stream()
      return [
        await answerOf(client.appendToStream(name, [], { expectedRevision: NO_STREAM })),
        await revisionsIn(client.readStream(name)),
      ]
    },
    answer: ['ok 0', 'StreamNotFoundError'],
  },
  {
    name: 'a mebibyte of data, and a byte more',
    ask: ({ client, stream }) =>
      Promise.all(
        [0, 1].map((more) => {
          const pad = 'x'.repeat(1024 * 1024 - '{"pad":""}'.length + more)
          return answerOf(client.appendToStream(stream(), bareEvent({ pad })))
        }),
      ),
    answer: ['ok 0', 'MaxAppendSizeExceededError'],
  },
  {
    name: 'a stream without a name',
    ask: ({ client }) => answerOf(client.appendToStream('', bareEvent())),
    answer: 'UnknownError',
  },
  {
    name: 'names with all sorts of characters are read back',
    ask: async ({ client, stream }) => {
      const name = `${stream()} /=;:@?#&% ümlaut ☂`
      await client.appendToStream(name, bareEvent())
      for await (const { event } of client.readStream(name)) return event?.streamId === name
      return 'nothing was read'
    },
    answer: true,
  },
  {
    name: 'throwOnAppendFailure=false resolves on a conflict',
    ask: async ({ url, stream }) => {
      const client = EventStoreDBClient.connectionString(`${url}&throwOnAppendFailure=false`)
      const name = stream()
      await client.appendToStream(name, [...two()])
      const answer = await answerOf(
        client.appendToStream(name, bareEvent(), { expectedRevision: 7n }),
      )
      await client.dispose()
      return answer
    },
    answer: 'no success 1',
  },
]
