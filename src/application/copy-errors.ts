import type { LinkId } from '../../domain/link-id'
import type { AppendError, ReadError } from '../ports/event-store'
import type { GateError } from './gate'

/** A link whose attempt nothing has settled: what becomes of it is yet to be recorded. */
export type RestlessLink = {
  readonly link: LinkId
  readonly phase: 'dialing' | 'connected'
  readonly since: string
}

/**
 * Why a ledger was not copied, in descending precedence. What was copied stays, and the same command
 * goes on with it.
 *
 * - `HoldFailed`: the source could not be held.
 * - `SourceFailed`, `TargetFailed`: a store could not be read or written.
 * - `StartGone`: a stream of the source does not begin at revision 0, or has a gap.
 * - `TargetDiffers`: the target holds something else at a place of the source.
 * - `TargetComplete`: the target is a ledger, and the source was changed in a way that cannot be added.
 * - `Released`: somebody keeps releasing the source.
 * - `NotAtRest`: links are dialing or connected, and their ends would be missing from the copy.
 * - `NeverEnds`: the source grows as fast as it is copied.
 */
export type CopyError =
  | { readonly _tag: 'HoldFailed'; readonly error: GateError }
  | { readonly _tag: 'SourceFailed'; readonly error: ReadError }
  | { readonly _tag: 'TargetFailed'; readonly error: AppendError }
  | { readonly _tag: 'StartGone'; readonly stream: string; readonly revision: bigint }
  | { readonly _tag: 'TargetDiffers'; readonly stream: string; readonly revision: bigint }
  | { readonly _tag: 'TargetComplete'; readonly stream: string; readonly revision: bigint }
  | { readonly _tag: 'Released'; readonly streams: ReadonlyArray<string> }
  | { readonly _tag: 'NotAtRest'; readonly links: ReadonlyArray<RestlessLink> }
  | { readonly _tag: 'NeverEnds' }
