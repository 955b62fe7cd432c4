import { chmodSync, chownSync, copyFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { openLedger } from '../../../../src/adapters/sqlite/open-ledger'
import { leftOf, rightOf } from '../../../support/event-store-contract'
import { nobody } from '../../../support/other-user'
import { sealedEvents } from '../../../support/sealed-events'
import { newLedger, temporaryFolder } from '../../../support/sqlite-ledger'

let folder: string
let remove: () => void
beforeEach(() => {
  ;({ folder, remove } = temporaryFolder())
})
afterEach(() => {
  chmodSync(folder, 0o755)
  remove()
})

const isRoot = process.getuid?.() === 0

/** Does something as a user without privileges who owns the folder and all that is in it. */
const asOwner = async (work: (path: string) => Promise<void>): Promise<void> => {
  const path = join(folder, 'ledger.db')
  await (await newLedger(path)).store.close()
  if (!isRoot) return work(path)
  for (const name of ['.', ...readdirSync(folder)]) chownSync(join(folder, name), nobody, nobody)
  process.seteuid?.(nobody)
  try {
    await work(path)
  } finally {
    process.seteuid?.(0)
  }
}

describe('an open ledger whose permission is lost', () => {
  it.each([
    ['written', false],
    ['read', true],
  ])('is denied when it was opened to be %s, until the permission is back', (_how, readOnly) =>
    asOwner(async (path) => {
      const { store } = await rightOf(openLedger(path, { readOnly }))
      const range = { after: null, categories: null, limit: 9 }
      expect((await rightOf(store.readAll(range))).events).toHaveLength(1)
      chmodSync(folder, 0)
      expect(await leftOf(store.readAll(range))).toMatchObject({ _tag: 'Denied' })
      expect(await leftOf(store.append('link-a', 'no_stream', sealedEvents(1)))).toMatchObject({
        _tag: 'Denied',
      })
      chmodSync(folder, 0o755)
      expect((await rightOf(store.readAll(range))).events).toHaveLength(1)
      await store.close()
    }),
  )

  it('is denied when the log beside it belongs to somebody else', () =>
    asOwner(async (path) => {
      const { store } = await rightOf(openLedger(path))
      await rightOf(store.append('link-a', 'no_stream', sealedEvents(1)))
      const copy = join(folder, 'copy.db')
      for (const end of ['', '-wal', '.id']) copyFileSync(`${path}${end}`, `${copy}${end}`)
      await store.close()
      chmodSync(`${copy}-wal`, 0o444)
      const opened = await rightOf(openLedger(copy))
      const append = opened.store.append('link-a', 0n, sealedEvents(2))
      expect(await leftOf(append)).toMatchObject({ _tag: 'Denied' })
      await opened.store.close()
    }))
})
