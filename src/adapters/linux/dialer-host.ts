import { closeSync } from 'node:fs'
import { finished } from 'node:stream/promises'
import * as E from 'fp-ts/Either'
import type { DialerHost, DialerPlan, HostError, SupervisedDialer } from '../../ports/dialer-host'
import { findDialer } from './dialer-processes'
import { signalProcess } from './end-processes'
import { type KeptGuard, keepGuard } from './kept-guard'
import { lockFileOf, noteOwnLock, openLockFile } from './link-lock'
import { type ProcessTable, openProcessTable, ownerProcessOf } from './process-table'
import { type Launcher, type Shell, spawnLauncher } from './spawn-launcher'

/** Where lock files are kept (beside the ledger), and the shell that runs launcher and guard. */
export type LinuxDialerHostOptions = { readonly lockFolder: string; readonly shell?: Shell }

/** Starts dialers on this kernel; see `launcher.sh` and `guard.sh`. */
export const linuxDialerHost = ({
  lockFolder,
  shell = ['/bin/sh'],
}: LinuxDialerHostOptions): DialerHost => ({
  prepare: async (plan) => {
    const table = openProcessTable()
    if (table === null) {
      return cannotPrepare('/proc shows the processes of another pid namespace; mount the own one')
    }
    const lockFile = lockFileOf(lockFolder, plan.link)
    const lock = openLockFile(lockFile)
    if (E.isLeft(lock)) return cannotPrepare(`${lockFile}: ${lock.left.why}`)
    const prepared = await waitingDialer({ plan, table, shell, lockFile, lock: lock.right })
    if (E.isLeft(prepared)) closeSync(lock.right)
    else noteOwnLock(lockFile, true)
    return prepared
  },
})

type Preparation = {
  readonly plan: DialerPlan
  readonly table: ProcessTable
  readonly shell: Shell
  readonly lockFile: string
  readonly lock: number
}

const waitingDialer = async (
  preparation: Preparation,
): Promise<E.Either<HostError, SupervisedDialer>> => {
  const { plan, table, shell, lock } = preparation
  const launched = await spawnLauncher({ shell, plan, lock })
  if (E.isLeft(launched)) return launched
  const launcher = launched.right
  const supervisor = ownerProcessOf(table, process.pid)
  const session = ownerProcessOf(table, launcher.pid)
  if (supervisor === null || session === null) {
    launcher.close()
    return cannotPrepare('the launcher was gone before it was let go')
  }
  const { attempt, graceCs } = plan
  const guard = keepGuard({ shell, session, attempt, graceCs, lock })
  return E.right(supervisedDialer(preparation, { launcher, guard, supervisor, session }))
}

type Parts = Pick<SupervisedDialer, 'supervisor' | 'session'> & {
  readonly launcher: Launcher
  readonly guard: KeptGuard
}

const supervisedDialer = (
  { plan, table, lockFile, lock }: Preparation,
  { launcher, guard, supervisor, session }: Parts,
): SupervisedDialer => {
  // Watched from its start on, so what bears the session's number is the dialer's.
  const alive = () => {
    const { ours, doubtful } = findDialer(table, { attempt: plan.attempt, session })
    return [...ours, ...doubtful]
  }
  let dismissed = false
  return {
    supervisor,
    session,
    guardUntil: guard.guardUntil,
    onGuardLost: guard.onGuardLost,
    go: launcher.go,
    exit: launcher.exit,
    isGone: () => !(plan.ownDescriptorsCount && launcher.pipeIsOpen()) && alive().length === 0,
    signal: (signal) => {
      for (const stat of alive()) signalProcess(table, stat, signal)
    },
    outputEnded: outputOf(launcher, plan.onOutput),
    dismiss: () => {
      if (dismissed) return
      dismissed = true
      guard.dismiss()
      launcher.close()
      noteOwnLock(lockFile, false)
      closeSync(lock)
    },
  }
}

/** How long output of a dialer that is gone may still be on its way. */
const outputMsMax = 1_000

const outputOf = (
  { child }: Launcher,
  onOutput: DialerPlan['onOutput'],
): SupervisedDialer['outputEnded'] => {
  const ends = [
    { name: 'stdout', from: child.stdout, to: process.stdout },
    { name: 'stderr', from: child.stderr, to: process.stderr },
  ].map(async ({ name, from, to }) => {
    if (from === null) return
    const decoder = new TextDecoder()
    from.on('data', (chunk: Buffer) => onOutput?.(decoder.decode(chunk, { stream: true }), name))
    from.pipe(to, { end: false })
    // A dialer whose output nobody reads any more must neither block nor notice.
    const drain = () => from.unpipe(to).resume()
    to.on('error', drain)
    await finished(from).catch(() => undefined)
    to.off('error', drain)
  })
  return async () => {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, outputMsMax)
    })
    await Promise.race([Promise.all(ends), late])
    clearTimeout(timer)
    for (const stream of [child.stdout, child.stderr]) stream?.destroy()
  }
}

const cannotPrepare = (why: string): E.Either<HostError, never> =>
  E.left({ _tag: 'CannotPrepare', why })
