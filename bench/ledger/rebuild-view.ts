import * as E from 'fp-ts/Either'
import { rmSync } from 'node:fs'
import { retryWindowsTable } from '../../projections/retry-windows-table'
import { sqliteViewStore } from '../../src/adapters/sqlite/sqlite-view-store'
import { openLedger } from '../../src/adapters/sqlite/open-ledger'
import { rebuildView } from '../../src/application/rebuild-view'
import { runProjection } from '../../src/application/run-projection'
import { valueOf } from '../value-of'

const options = { signal: new AbortController().signal, pastUnreadable: false }

/** Where the ledger is, and where its views are to be. */
export type ViewPaths = { readonly ledger: string; readonly views: string }

const partsAt = async ({ ledger, views }: ViewPaths) => {
  const { store, ledgerId } = valueOf(await openLedger(ledger, { readOnly: true })())
  const parts = { store, ledgerId, views: sqliteViewStore(views) }
  const close = async (): Promise<void> => {
    await parts.views.close()
    await store.close()
  }
  return { parts, close }
}

/** Rebuilds the view of `retry-windows` through the runtime, into its table. */
export const rebuildRetryWindows = async (paths: ViewPaths): Promise<void> => {
  const { parts, close } = await partsAt(paths)
  const isNeeded = () => Promise.resolve(E.right(true))
  const asked = { ...options, because: 'asked', isNeeded } as const
  const messages = rebuildView(parts, retryWindowsTable, asked)
  for (;;) {
    const { done, value } = await messages.next()
    if (done !== true) continue
    if (value !== null) throw new Error(`not rebuilt: ${JSON.stringify(value)}`)
    break
  }
  await close()
}

/** Starts the projection of a view that is there, and resolves once it has caught up. */
export const catchUp = async (paths: ViewPaths): Promise<void> => {
  const { parts, close } = await partsAt(paths)
  for await (const message of runProjection(parts, retryWindowsTable, options)) {
    if (message._tag === 'Failed') throw new Error(JSON.stringify(message.error))
    if (message._tag === 'CaughtUp') break
  }
  await close()
}

/** Removes a file of views with everything beside it. */
export const removeViews = (path: string): void => {
  for (const suffix of ['', '-wal', '-shm', '.locks']) {
    rmSync(`${path}${suffix}`, { force: true, recursive: true })
  }
}
