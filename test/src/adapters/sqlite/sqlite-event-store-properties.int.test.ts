import fc from 'fast-check'
import { join } from 'node:path'
import { openLedger } from '../../../../src/adapters/sqlite/open-ledger'
import { rightOf } from '../../../support/event-store-contract'
import { runs } from '../../../support/runs'
import { memoryFolder, newLedger, temporaryFolder } from '../../../support/sqlite-ledger'
import { comparison, type ComparedStore, type OpenStore } from '../../../support/compare-stores'
import { storeCommands } from '../../../support/store-commands'
import { storeInProcess, type StoreProcess } from '../../../support/store-in-process'

// As many runs as FC_RUNS says, on a machine that may be busy.
jest.setTimeout(600_000)

const { folder, remove } = temporaryFolder(memoryFolder())
const path = join(folder, 'ledger.db')
let inProcess: StoreProcess
let here: OpenStore
let alsoHere: OpenStore

const openHere = async (): Promise<OpenStore> => {
  let { store } = await rightOf(openLedger(path))
  return {
    store: (): ComparedStore => store,
    reopen: async () => {
      await store.close()
      store = (await rightOf(openLedger(path))).store
    },
    end: () => store.close(),
  }
}

beforeAll(async () => {
  await (await newLedger(path)).store.close()
  inProcess = await storeInProcess(path)
  here = await openHere()
  alsoHere = await openHere()
})

afterAll(async () => {
  await Promise.all([inProcess, here, alsoHere].map(({ end }) => end()))
  remove()
})

describe('the SQLite store', () => {
  it('answers as the memory store does, over two connections and from two processes', async () => {
    let [run, appended] = [0, 0]
    await fc.assert(
      fc.asyncProperty(storeCommands, async (commands) => {
        run += 1
        const elsewhere = { ...inProcess, store: () => inProcess.store }
        const compared = await comparison(`${run}`, [here, alsoHere, elsewhere])
        await fc.asyncModelRun(() => ({ model: {}, real: compared }), commands)
        await compared.compareAll(run)
        appended += compared.appends()
      }),
      runs(),
    )
    // Over empty stores the property would say nothing.
    expect(appended).toBeGreaterThan(run)
  })
})
