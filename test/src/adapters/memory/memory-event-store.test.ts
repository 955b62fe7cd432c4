import { memoryEventStore } from '../../../../src/adapters/memory/memory-event-store'
import { describeEventStore } from '../../../support/event-store-contract'

describeEventStore('memory', () => Promise.resolve(memoryEventStore()))
