import type { AppendError } from '../ports/event-store'
import type { GateError } from './gate'

/** What a failed append or read means to whoever asked. */
export const gateErrorOf = (error: AppendError): GateError => {
  switch (error._tag) {
    case 'UnknownOutcome':
      return { _tag: 'AppendUncertain', why: error.why }
    case 'TooLarge':
      return { _tag: 'Rejected', why: `the event has ${error.bytes} bytes, ${error.bytesMax} fit` }
    case 'InvalidEvent':
      return { _tag: 'Rejected', why: error.why }
    case 'Conflict':
      return { _tag: 'LedgerUnavailable', why: 'somebody else keeps appending to the link' }
    case 'Denied':
      return { _tag: 'AccessDenied', why: error.why }
    case 'Unavailable':
    case 'Corrupt':
      return { _tag: 'LedgerUnavailable', why: error.why }
  }
}
