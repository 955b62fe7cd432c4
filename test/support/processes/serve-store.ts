import * as E from 'fp-ts/Either'
import { openLedger } from '../../../src/adapters/sqlite/open-ledger'
import type { EventStore } from '../../../src/ports/event-store'

/** One call of a store's method, as it travels between processes. */
export type StoreCall =
  | { readonly method: 'append'; readonly args: Parameters<EventStore['append']> }
  | { readonly method: 'readStream'; readonly args: Parameters<EventStore['readStream']> }
  | { readonly method: 'readAll'; readonly args: Parameters<EventStore['readAll']> }
  | { readonly method: 'newest'; readonly args: Parameters<EventStore['newest']> }
  | { readonly method: 'end'; readonly args: readonly [] }
  | { readonly method: 'streams'; readonly args: Parameters<EventStore['streams']> }
  | { readonly method: 'reopen' }

const open = async (path: string): Promise<EventStore> => {
  const opened = await openLedger(path)()
  if (E.isLeft(opened)) throw new Error(JSON.stringify(opened.left))
  return opened.right.store
}

const answer = (store: EventStore, call: Exclude<StoreCall, { method: 'reopen' }>) => {
  switch (call.method) {
    case 'append':
      return store.append(...call.args)()
    case 'readStream':
      return store.readStream(...call.args)()
    case 'readAll':
      return store.readAll(...call.args)()
    case 'newest':
      return store.newest(...call.args)()
    case 'end':
      return store.end()
    case 'streams':
      return store.streams(...call.args)()
  }
}

/** Does with a ledger what its parent asks for, until the parent goes away. */
const serveStore = async (path: string): Promise<void> => {
  let store = await open(path)
  const handle = async (call: StoreCall): Promise<unknown> => {
    if (call.method !== 'reopen') return answer(store, call)
    await store.close()
    store = await open(path)
    return null
  }
  process.on(
    'message',
    ({ number, call }: { readonly number: number; readonly call: StoreCall }) => {
      void handle(call).then((result) => process.send?.({ number, result }))
    },
  )
  process.on('disconnect', () => void store.close())
  process.send?.({ number: 0, result: null })
}

void serveStore(process.argv[2] ?? '')
