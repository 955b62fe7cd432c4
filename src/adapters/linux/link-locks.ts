import * as E from 'fp-ts/Either'
import { closeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { HostError } from '../../ports/dialer-host'
import type { HeldLock, LinkLocks } from '../../ports/link-locks'
import { lockFileOf, noteOwnLock, openLockFile, tryLock, type LockState } from './link-lock'

/** Locks that this process itself holds: the descriptor is locked for as long as it is open. */
export const linuxLinkLocks = (lockFolder: string): LinkLocks => ({
  take: async (link) => {
    const file = lockFileOf(lockFolder, link)
    const opened = openLockFile(file)
    if (E.isLeft(opened)) return cannotPrepare(`${file}: ${opened.left.why}`)
    const state = await lockOf(opened.right)
    if (state === 'free') return E.right(heldLock(file, opened.right))
    closeSync(opened.right)
    return state === 'held'
      ? E.left({ _tag: 'LockHeld' })
      : cannotPrepare('flock (of util-linux or busybox) cannot be run')
  },
})

/** Somebody who only asks whether the lock is held has it for a few milliseconds: so ask again. */
const pausesMs = [50, 100, 200]

const lockOf = async (descriptor: number): Promise<LockState> => {
  for (const pauseMs of pausesMs) {
    const state = await tryLock(descriptor, 'exclusive')
    if (state !== 'held') return state
    await sleep(pauseMs)
  }
  return tryLock(descriptor, 'exclusive')
}

const heldLock = (file: string, descriptor: number): HeldLock => {
  let isHeld = true
  noteOwnLock(file, true)
  return {
    giveBack: () => {
      if (!isHeld) return
      isHeld = false
      noteOwnLock(file, false)
      closeSync(descriptor)
    },
  }
}

const cannotPrepare = (why: string): E.Either<HostError, never> =>
  E.left({ _tag: 'CannotPrepare', why })
