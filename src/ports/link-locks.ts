import type * as E from 'fp-ts/Either'
import type { LinkId } from '../../domain/link-id'
import type { HostError } from './dialer-host'

/** A link's lock, held by this process until it is given back or the process is gone. */
export interface HeldLock {
  readonly giveBack: () => void
}

/** The locks of links (R2): whoever dials one takes its lock before the grant is appended. */
export interface LinkLocks {
  readonly take: (link: LinkId) => Promise<E.Either<HostError, HeldLock>>
}
