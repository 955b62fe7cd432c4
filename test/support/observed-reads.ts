import { BACKWARDS, END } from '@eventstore/db-client'
import { appendRaw } from './append-raw'
import type { ObservedCase } from './observed-appends'
import { answerOf, bareEvent, errorIn, revisionsIn, type ObservedWorld } from './observed-world'

const withFive = async ({ client, stream }: ObservedWorld): Promise<string> => {
  const name = stream()
  await client.appendToStream(
    name,
    Array.from({ length: 5 }, (_, n) => bareEvent({ n })),
  )
  return name
}

/** Reads, as a real server was seen to answer them. */
export const observedReads: ReadonlyArray<ObservedCase> = [
  {
    name: 'a stream is read from a revision, that one included; backwards from the end at most',
    ask: async (world) => {
      const [{ client }, name] = [world, await withFive(world)]
      return [
        await revisionsIn(client.readStream(name, { fromRevision: 3n })),
        await revisionsIn(client.readStream(name, { fromRevision: 1n, direction: BACKWARDS })),
        await revisionsIn(client.readStream(name, { fromRevision: 99n, direction: BACKWARDS })),
        await revisionsIn(client.readStream(name, { fromRevision: 99n })),
      ]
    },
    answer: ['3 4', '1 0', '4 3 2 1 0', ''],
  },
  {
    name: 'everything is read forwards with the position, backwards without it',
    ask: async ({ client, stream }) => {
      const { position } = await client.appendToStream(stream(), bareEvent())
      if (position === undefined) return 'no position'
      const first = async (direction: 'forwards' | 'backwards') => {
        const read = client.readAll({ fromPosition: position, maxCount: 1, direction })
        for await (const { event } of read)
          return Number((event?.position.commit ?? 0n) - position.commit) >= 0
        return 'nothing'
      }
      return [await first('forwards'), await first('backwards')]
    },
    answer: [true, false],
  },
  {
    name: 'a missing stream, one deleted softly, and one for good',
    ask: async (world) => {
      const [{ client, stream }, soft, gone] = [world, await withFive(world), await withFive(world)]
      await client.deleteStream(soft)
      await client.tombstoneStream(gone)
      return [
        await revisionsIn(client.readStream(stream())),
        await revisionsIn(client.readStream(soft)),
        await revisionsIn(client.readStream(gone)),
        await answerOf(client.appendToStream(gone, bareEvent())),
      ]
    },
    answer: [
      'StreamNotFoundError',
      'StreamNotFoundError',
      'StreamDeletedError code 9',
      'StreamDeletedError',
    ],
  },
  {
    name: 'what is appended with no_stream after a soft delete goes on behind what is gone',
    ask: async ({ client, stream }) => {
      const name = stream()
      await client.appendToStream(name, bareEvent())
      await client.deleteStream(name)
      const answer = await answerOf(
        client.appendToStream(name, bareEvent(), { expectedRevision: 'no_stream' }),
      )
      return [answer, await revisionsIn(client.readStream(name))]
    },
    answer: ['ok 1', '1'],
  },
  {
    name: '$maxCount hides the start of a stream',
    ask: async (world) => {
      const name = await withFive(world)
      await world.client.setStreamMetadata(name, { maxCount: 2 })
      return revisionsIn(world.client.readStream(name))
    },
    answer: '3 4',
  },
  {
    name: 'nothing is too little to ask for',
    ask: async (world) =>
      revisionsIn(world.client.readStream(await withFive(world), { maxCount: 0 })),
    answer: 'UnknownError code 2',
  },
  {
    name: 'what is said to be JSON and is none comes as it is, metadata as bytes',
    isForInsecureServers: true,
    ask: async ({ client, stream, url }) => {
      const name = stream()
      await appendRaw(url, name, { data: '{"a":', metadata: '{' })
      for await (const { event } of client.readStream(name))
        return [event?.data, event?.metadata instanceof Uint8Array]
      return 'nothing was read'
    },
    answer: ['{"a":', true],
  },
]

type Signal = string

const told = (
  subscription: ReturnType<ObservedWorld['client']['subscribeToAll' | 'subscribeToStream']>,
): Signal[] => {
  const signals: Signal[] = []
  for (const name of ['confirmation', 'caughtUp', 'end', 'close'] as const)
    subscription.on(name as 'end', () => signals.push(name))
  subscription.on('error', (cause: Error) => signals.push(errorIn(cause)))
  subscription.on('data', ({ event }) => signals.push(String(event?.revision)))
  return signals
}

const settleMs = 700
const settled = () => new Promise((resolve) => setTimeout(resolve, settleMs))

/** Subscriptions, as a real server was seen to serve them. */
export const observedSubscriptions: ReadonlyArray<ObservedCase> = [
  {
    name: 'a stream from a revision: that one excluded, then live, and how it ends',
    ask: async (world) => {
      const [{ client }, name] = [world, await withFive(world)]
      const subscription = client.subscribeToStream(name, { fromRevision: 2n })
      const signals = told(subscription)
      await settled()
      await client.appendToStream(name, bareEvent())
      await settled()
      await subscription.unsubscribe()
      await settled()
      // Signals run ahead of events, so that only the order of the events among themselves is certain.
      return [signals[0], signals.filter((signal) => /^\d/u.test(signal)), signals.slice(-2)]
    },
    answer: ['confirmation', ['3', '4', '5'], ['end', 'close']],
  },
  {
    name: 'a missing stream is caught up with after its first event',
    ask: async ({ client, stream }) => {
      const name = stream()
      const subscription = client.subscribeToStream(name)
      const signals = told(subscription)
      await settled()
      const before = [...signals]
      await client.appendToStream(name, bareEvent())
      await settled()
      await subscription.unsubscribe()
      return [before, signals.includes('0')]
    },
    answer: [['confirmation'], true],
  },
  {
    name: 'everything by a filter: events of the wanted streams alone, and checkpoints of the rest',
    ask: async ({ client, stream }) => {
      const [name, other] = [stream(), stream()]
      let checkpoints = 0
      const subscription = client.subscribeToAll({
        fromPosition: END,
        filter: {
          filterOn: 'streamName',
          prefixes: [name],
          maxSearchWindow: 1,
          checkpointInterval: 1,
          checkpointReached: () => {
            checkpoints += 1
          },
        },
      })
      const signals = told(subscription)
      await settled()
      await client.appendToStream(
        other,
        Array.from({ length: 8 }, () => bareEvent()),
      )
      await client.appendToStream(name, bareEvent())
      await settled()
      await subscription.unsubscribe()
      return [signals.filter((signal) => /^\d/u.test(signal)), checkpoints > 0]
    },
    answer: [['0'], true],
  },
  {
    name: 'a position beyond the end is caught up with, without an error',
    ask: async ({ client, stream }) => {
      const name = stream()
      const fromPosition = { commit: 10n ** 15n, prepare: 10n ** 15n }
      const filterOn = 'streamName' as const
      const filter = { filterOn, prefixes: [name], checkpointInterval: 1 }
      const subscriptions = [
        client.subscribeToAll({ fromPosition }),
        client.subscribeToAll({ fromPosition, filter }),
      ]
      const signals = subscriptions.map(told)
      await settled()
      const before = signals.map((some) => [...some])
      await client.appendToStream(name, bareEvent())
      await settled()
      await Promise.all(subscriptions.map((subscription) => subscription.unsubscribe()))
      return [before, signals.map((some) => some.includes('0'))]
    },
    answer: [
      [
        ['confirmation', 'caughtUp'],
        ['confirmation', 'caughtUp'],
      ],
      [true, true],
    ],
  },
  {
    name: 'a revision beyond the end is caught up with, and what is appended below is never told',
    ask: async (world) => {
      const [{ client }, name] = [world, await withFive(world)]
      const subscription = client.subscribeToStream(name, { fromRevision: 99n })
      const signals = told(subscription)
      await settled()
      await client.appendToStream(name, bareEvent())
      await settled()
      await subscription.unsubscribe()
      return signals.filter((signal) => !['end', 'close'].includes(signal))
    },
    answer: ['confirmation', 'caughtUp'],
  },
]
