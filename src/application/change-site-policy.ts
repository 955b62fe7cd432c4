import * as E from 'fp-ts/Either'
import type * as TE from 'fp-ts/TaskEither'
import { sitePolicyStream, type DraftEvent } from '../../domain/events'
import { appendDrafts } from './append-drafts'
import { gateErrorOf } from './append-errors'
import type { GateError } from './gate'
import type { LedgerParts } from './ledger-parts'
import { sitePolicy } from './load-link'

/** What a person changes for every link at once. */
export type SiteChange = Extract<
  DraftEvent,
  { readonly type: 'RetryPolicyChanged' | 'LinkReleased' }
>

const conflictsMax = 50

/** Appends a change to `site-policy`, again when somebody else changed it meanwhile. */
export const changeSitePolicy =
  (parts: LedgerParts, change: SiteChange): TE.TaskEither<GateError, bigint> =>
  async () => {
    for (let tries = 0; tries < conflictsMax; tries += 1) {
      const folded = await parts.fold(sitePolicy, sitePolicyStream)()
      if (E.isLeft(folded)) return E.left({ _tag: 'LedgerUnavailable', why: folded.left.why })
      const appended = await appendDrafts(parts, {
        drafts: [change],
        occurred: parts.clock.read(),
        head: folded.right.head,
        source: 'record',
        stated: null,
      })
      if (E.isRight(appended)) return E.right(appended.right.revision)
      if (appended.left._tag !== 'Conflict') return E.left(gateErrorOf(appended.left))
      await parts.sleepMs(Math.random() * Math.min(tries, 20))
    }
    return E.left({ _tag: 'LedgerUnavailable', why: `${conflictsMax} appends were outrun` })
  }
