import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { projectFolder } from '../ledger/cached-ledger'
import { sightings, type Subscriber } from '../subscriber'

/** What is used of `@event-driven-io/emmett-sqlite`, which is no dependency of ours. */
type Emmett = {
  readonly getSQLiteEventStore: (options: { readonly fileName: string }) => EmmettStore
}

type EmmettStore = {
  readonly appendToStream: (stream: string, events: ReadonlyArray<unknown>) => Promise<unknown>
  readonly consumer: () => EmmettConsumer
}

type EmmettConsumer = {
  readonly processor: (options: {
    readonly processorId: string
    readonly eachMessage: (event: { readonly data: { readonly id: string } }) => void
  }) => unknown
  readonly start: () => Promise<void>
  readonly close: () => Promise<void>
}

/** A subscriber of emmett-sqlite, and how its events are appended. */
export type EmmettSubscriber = Subscriber & {
  readonly version: string
  readonly append: (id: string) => Promise<unknown>
}

/** Where it is installed, if it is: beside the project, so that no user of ours gets it. */
const peersFolder = join(projectFolder, '.cache', 'peers')

/** Appends that must succeed beside its consumer before it is measured. */
const trials = 20

const name = '@event-driven-io/emmett-sqlite'

/** Subscribes to a new file of emmett-sqlite; null: it is not installed, or does not work here. */
export const emmettSubscriber = async (folder: string): Promise<EmmettSubscriber | null> => {
  const found = installed()
  if (found === null) return null
  const file = mkdtempSync(join(folder, 'emmett-'))
  try {
    return await subscriberOf(found, file)
  } catch (error) {
    rmSync(file, { recursive: true, force: true })
    process.stderr.write(`bench: ${name} ${found.version}: ${String(error)}\n`)
    return null
  }
}

type Installed = { readonly emmett: Emmett; readonly version: string }

const installed = (): Installed | null => {
  const load = createRequire(join(peersFolder, 'package.json'))
  try {
    const emmett: unknown = load(name)
    // The package does not export its description.
    const described = readFileSync(join(peersFolder, 'node_modules', name, 'package.json'), 'utf8')
    const { version }: { readonly version: string } = JSON.parse(described)
    return isEmmett(emmett) ? { emmett, version } : null
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
    process.stderr.write(`bench: left out ${name}: ${why}\n`)
    return null
  }
}

const isEmmett = (value: unknown): value is Emmett =>
  typeof value === 'object' && value !== null && 'getSQLiteEventStore' in value

const subscriberOf = async (
  { emmett, version }: Installed,
  folder: string,
): Promise<EmmettSubscriber> => {
  const { note, seen } = sightings()
  const store = emmett.getSQLiteEventStore({ fileName: join(folder, 'emmett.db') })
  const append = (id: string) =>
    store.appendToStream('source-bench', [{ type: 'DialStarted', data: { id, pid: 1 } }])
  await append(randomUUID())
  const consumer = store.consumer()
  consumer.processor({
    processorId: 'bench',
    eachMessage: ({ data }) => note(data.id, process.hrtime.bigint()),
  })
  const running = consumer.start()
  // Its reads and appends share a file, and some of either end in an error.
  for (let tried = 0; tried < trials; tried += 1) await append(randomUUID())
  return {
    version,
    append,
    seen,
    close: async () => {
      await consumer.close()
      await running
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
