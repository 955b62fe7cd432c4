import type { DraftEvent, OwnerProcess } from '../../domain/events'
import type { Prepared } from './gate'

/** An event as decided; a grant also with the processes that wait for it. */
export const withPrepared = (event: DraftEvent, prepared: Prepared | null): DraftEvent =>
  event.type === 'DialAttempted' && prepared !== null
    ? { ...event, data: { ...event.data, ...processesOf(prepared) } }
    : event

const processesOf = (
  prepared: Prepared,
): { readonly supervisor: OwnerProcess | null; readonly session: OwnerProcess | null } => ({
  supervisor: prepared.supervisor,
  session: prepared.session,
})
