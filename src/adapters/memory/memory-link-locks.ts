import * as E from 'fp-ts/Either'
import type { LinkId } from '../../../domain/link-id'
import type { LinkLocks } from '../../ports/link-locks'

/** Locks of links among the pretended processes of this one. */
export type MemoryLinkLocks = {
  readonly of: (pid: number) => LinkLocks
  readonly isHeld: (link: LinkId) => boolean
  /** Gives back everything that a process holds, as a kernel does at its end. */
  readonly giveBackAll: (pid: number) => void
}

/** Nothing is held yet. */
export const memoryLinkLocks = (): MemoryLinkLocks => {
  const holders = new Map<LinkId, number>()
  return {
    of: (pid) => ({
      take: (link) => {
        if (holders.has(link)) return Promise.resolve(E.left({ _tag: 'LockHeld' }))
        holders.set(link, pid)
        const giveBack = () => {
          if (holders.get(link) === pid) holders.delete(link)
        }
        return Promise.resolve(E.right({ giveBack }))
      },
    }),
    isHeld: (link) => holders.has(link),
    giveBackAll: (pid) => {
      for (const [link, holder] of holders) if (holder === pid) holders.delete(link)
    },
  }
}
