import type { NonEmptyArray } from 'fp-ts/NonEmptyArray'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { subscription } from '../../src/application/subscription'
import { createLedger, openLedger } from '../../src/open-ledger'
import type { SealedEvent } from '../../src/ports/event-store'
import { valueOf } from '../value-of'

/** Events of one append: less would only take longer. */
const batch = 100

const anEvent = (): SealedEvent => ({
  id: randomUUID(),
  type: 'DialStarted',
  data: '{"pid":1}',
  metadata: `{"actor":"${'x'.repeat(300)}"}`,
})

/**
 * Appends so many events beside a subscriber that has caught up and asks for nothing any more; says
 * how much memory the process took at most, in kilobytes.
 */
const unreadSubscriber = async (folder: string, count: number): Promise<void> => {
  const path = join(mkdtempSync(join(folder, 'unread-')), 'ledger.db')
  const { ledgerId } = valueOf(await createLedger(path))
  const { parts, close } = valueOf(await openLedger(path, { readOnly: false }))
  const messages = subscription(parts.store, { ledgerId, after: null, wants: () => true })
  await messages.next()
  let expected: bigint | 'no_stream' = 'no_stream'
  for (let appended = 0; appended < count; appended += batch) {
    const events: NonEmptyArray<SealedEvent> = [
      anEvent(),
      ...Array.from({ length: batch - 1 }, anEvent),
    ]
    expected = valueOf(await parts.store.append('source-bench', expected, events)()).revision
  }
  await messages.return()
  await close()
  rmSync(join(path, '..'), { recursive: true })
  process.stdout.write(String(process.resourceUsage().maxRSS))
}

void unreadSubscriber(process.argv[2] ?? '', Number(process.argv[3]))
