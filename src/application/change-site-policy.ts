import { pipe } from 'fp-ts/function'
import * as TE from 'fp-ts/TaskEither'
import { sitePolicyStream, type DraftEvent } from '../../domain/events'
import { appendAtEnd } from './append-at-end'
import { gateErrorOf } from './append-errors'
import type { GateError } from './gate'
import type { LedgerParts } from './ledger-parts'

/** What a person changes for every link at once. */
export type SiteChange = Extract<
  DraftEvent,
  { readonly type: 'RetryPolicyChanged' | 'LinkHeld' | 'LinkReleased' }
>

/** Appends a change to `site-policy`; gives its revision. Only what is there can be released. */
export const changeSitePolicy = (
  parts: LedgerParts,
  change: SiteChange,
): TE.TaskEither<GateError, bigint> =>
  pipe(
    appendAtEnd(parts, {
      stream: sitePolicyStream,
      expected: change.type === 'LinkReleased' ? 'exists' : 'any',
      drafts: [change],
      occurred: parts.clock.read(),
      source: 'record',
      stated: null,
    }),
    TE.map(({ revision }) => revision),
    TE.mapError((error): GateError =>
      error._tag === 'NoStream'
        ? {
            _tag: 'Rejected',
            why: 'the ledger was never held as a whole: there is nothing to release',
          }
        : gateErrorOf(error),
    ),
  )
