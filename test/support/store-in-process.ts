import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { EventStore } from '../../src/ports/event-store'
import type { StoreCall } from './processes/serve-store'

/** What one process does to a ledger: its store, how it closes and opens the file again, its end. */
export type StoreProcess = {
  readonly store: Pick<
    EventStore,
    'append' | 'readStream' | 'readAll' | 'newest' | 'end' | 'streams'
  >
  readonly reopen: () => Promise<void>
  readonly end: () => Promise<void>
}

type Answer = { readonly number: number; readonly result: never }

/** Opens a ledger in a process of its own, which does what its store is asked for. */
export const storeInProcess = async (path: string): Promise<StoreProcess> => {
  const loader = require.resolve('./processes/load-typescript.cjs')
  const script = require.resolve('./processes/serve-store.ts')
  const child = spawn(process.execPath, ['--require', loader, script, path], {
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  // Not 'close', which a process with a channel may never emit.
  const exit = once(child, 'exit')
  const waiting = new Map<number, (result: never) => void>()
  child.on('message', ({ number, result }: Answer) => {
    waiting.get(number)?.(result)
    waiting.delete(number)
  })
  await once(child, 'message')
  let calls = 0
  const ask = (call: StoreCall): Promise<never> =>
    new Promise((resolve) => {
      calls += 1
      waiting.set(calls, resolve)
      child.send({ number: calls, call })
    })
  return {
    store: {
      append:
        (...args) =>
        () =>
          ask({ method: 'append', args }),
      readStream:
        (...args) =>
        () =>
          ask({ method: 'readStream', args }),
      readAll:
        (...args) =>
        () =>
          ask({ method: 'readAll', args }),
      newest:
        (...args) =>
        () =>
          ask({ method: 'newest', args }),
      end: () => ask({ method: 'end', args: [] }),
      streams:
        (...args) =>
        () =>
          ask({ method: 'streams', args }),
    },
    reopen: () => ask({ method: 'reopen' }),
    end: async () => {
      child.disconnect()
      await exit
    },
  }
}
