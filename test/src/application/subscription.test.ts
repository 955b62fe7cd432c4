import { memoryEventStore } from '../../../src/adapters/memory/memory-event-store'
import { runs } from '../../support/runs'
import { describeSubscription } from '../../support/subscription-contract'

describeSubscription('memory', runs().numRuns, () => Promise.resolve(memoryEventStore()))
