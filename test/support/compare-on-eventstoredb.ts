import fc from 'fast-check'
import { comparison, type OpenStore } from './compare-stores'
import { queuesByStream } from '../../src/adapters/eventstoredb/queues-by-stream'
import { eventStoreDbAt } from './eventstoredb-store'
import { storeCommands } from './store-commands'

const openAt = async (url: string, categories: ReadonlyArray<string>): Promise<OpenStore> => {
  let store = await eventStoreDbAt(url, { categories })
  const queues = queuesByStream()
  return {
    store: () => ({
      ...store,
      // Appends of one turn to several streams have an order here only if they are waited for.
      append:
        (...wanted) =>
        () =>
          queues.run('all', store.append(...wanted)),
    }),
    reopen: async () => {
      await store.close()
      store = await eventStoreDbAt(url, { categories })
    },
    end: () => store.close(),
  }
}

/** Gives random commands to the memory store and to two clients of one server; gives their appends. */
export const compareOnEventStoreDb = async (
  url: string,
  { numRuns }: { readonly numRuns: number },
): Promise<number> => {
  const suffix = Math.random().toString(36).slice(2, 10)
  let [run, appended] = [0, 0]
  await fc.assert(
    fc.asyncProperty(storeCommands, async (commands) => {
      run += 1
      const name = `${suffix}${run}`
      const categories = ['mark', `link${name}`, `site${name}`]
      const stores = [await openAt(url, categories), await openAt(url, categories)] as const
      try {
        const compared = await comparison(name, stores)
        await fc.asyncModelRun(() => ({ model: {}, real: compared }), commands)
        await compared.compareAll(run)
        appended += compared.appends()
      } finally {
        await Promise.all(stores.map(({ end }) => end()))
      }
    }),
    { numRuns },
  )
  return appended
}
