import * as E from 'fp-ts/Either'
import type { LinkId } from '../../domain/link-id'
import type { LedgerParts } from './ledger-parts'
import { loadLink } from './load-link'

/** Whether the ledger says that an attempt is up; one that cannot be read proves no up (R5). */
export const isRecordedUp =
  (parts: LedgerParts) =>
  async (link: LinkId, attempt: string): Promise<boolean> => {
    const loaded = await loadLink(parts, link)()
    if (E.isLeft(loaded)) return false
    const { attempt: open } = loaded.right.state
    return open?.id === attempt && open.up !== null
  }
