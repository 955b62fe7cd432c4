import type { Recorded, StreamItem } from '../domain/events'
import type { Projection } from './projection'

/**
 * Since when a link is down: the time of the first failure that nothing good followed. Null while
 * the link is up, or came to rest by a normal end.
 */
export type LinkHealth = { readonly attempt: string | null; readonly downSince: string | null }

const initialHealth: LinkHealth = { attempt: null, downSince: null }

const evolveHealth = (health: LinkHealth, item: StreamItem): LinkHealth => {
  // What was imported is history: it raises no alert.
  if (item.type === 'Unreadable' || item.metadata.source.kind === 'import') return health
  switch (item.type) {
    case 'DialAttempted':
      return { ...health, attempt: item.id }
    case 'AssociationOpened':
      return isOfAttempt(health, item) ? { ...health, downSince: null } : health
    case 'AssociationEnded':
      if (item.data.abnormal) return downFrom(health, item)
      return isOfAttempt(health, item) ? { ...health, downSince: null } : health
    case 'RasErrorOccurred':
    case 'ConnectionErrorOccurred':
    case 'ConnectionOpenFailed':
    case 'DialNotStarted':
    case 'DialAbandoned':
      return downFrom(health, item)
    default:
      return health
  }
}

const isOfAttempt = ({ attempt }: LinkHealth, { metadata }: Recorded): boolean =>
  attempt !== null && metadata.attempt === attempt

const downFrom = (health: LinkHealth, { metadata }: Recorded): LinkHealth => ({
  ...health,
  downSince: health.downSince ?? metadata.appended.wall,
})

/** How long a link has been down, folded from its stream: what alerts go by. */
export const linkHealth: Projection<LinkHealth> = {
  name: 'link-health',
  version: 1,
  initial: initialHealth,
  evolve: evolveHealth,
}
