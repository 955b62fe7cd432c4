export { emptyHead, eventHash, hashBeforeFirst, headOf, type StreamHead } from './event-chain'
export { decodeEvent, toStreamItem } from './decode-event'
export {
  importId,
  importIds,
  importNamespace,
  isEventId,
  outcomeId,
  outcomeNamespace,
  type ImportedFact,
  type OutcomeFact,
} from './event-ids'
export { eventTypes } from './event-shapes'
export { sealEvents, type Envelope, type UnsealedEvent } from './seal-events'
export { canonicalJson } from './canonical-json'
export { unstorable } from './unstorable'
export { firstRevision, repeatedOrConflict, type AppendSite } from './repeated-append'
export { isObject } from './shape'
export { currentSchema } from './upcasters'
