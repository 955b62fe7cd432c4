export {
  emptyHead,
  eventHash,
  hashBeforeFirst,
  headOf,
  type ChainLink,
  type StreamHead,
} from './event-chain'
export { decodeEvent, toStreamItem, type DecodeError } from './decode-event'
export {
  importId,
  importNamespace,
  isEventId,
  outcomeId,
  outcomeNamespace,
  type ImportedFact,
  type OutcomeFact,
} from './event-ids'
export {
  sealEvents,
  type Envelope,
  type Sealed,
  type SealError,
  type UnsealedEvent,
} from './seal-events'
export { canonicalJson, isStorableText } from './canonical-json'
export { unstorable } from './unstorable'
export { firstRevision, repeatedOrConflict, type AppendSite } from './repeated-append'
export { isObject } from './shape'
export { currentSchema } from './upcasters'
