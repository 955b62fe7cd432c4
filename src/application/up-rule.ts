import type { OwnerProcess } from '../../domain/events'

/**
 * What counts as up (DESIGN section 7).
 *
 * - `Alive`: being alive at the deadline.
 * - `Output`: a line of its output that the pattern matches.
 * - `Oneshot`: exit 0, and the link outlives the command; `owner` is whom it belongs to then.
 * - `Session`: exit 0 means that a whole session went well.
 * - `Told`: the dialer is a function of this process and says so; it is gone once it returned.
 */
export type UpRule =
  | { readonly _tag: 'Alive' }
  | { readonly _tag: 'Output'; readonly pattern: RegExp }
  | { readonly _tag: 'Oneshot'; readonly owner: OwnerProcess | null }
  | { readonly _tag: 'Session' }
  | { readonly _tag: 'Told' }
