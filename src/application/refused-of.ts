import type { Refusal } from '../../domain/dial-denials'
import type { Judgement } from '../ports/liveness'
import type { LastFailure, Refused } from './gate'

/** What a request that is refused is told. */
export const refusedOf = (
  { lastFailure, ...refusal }: Refusal,
  judgement: Judgement | null,
): Refused => ({
  _tag: 'Refused',
  deniedBy: refusal.deniedBy,
  notBefore: refusal.notBefore,
  retryAfterSec: refusal.retryAfterSec,
  lastFailure: lastFailure === null ? null : seenOf(lastFailure),
  judgement,
})

const seenOf = ({ type, origin, code, at }: LastFailure): LastFailure => ({
  type,
  origin,
  code,
  at,
})
