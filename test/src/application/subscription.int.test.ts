import { emptySqliteStore } from '../../support/empty-sqlite-store'
import { runs } from '../../support/runs'
import { temporaryFolder } from '../../support/sqlite-ledger'
import { describeSubscription } from '../../support/subscription-contract'

const { folder, remove } = temporaryFolder()
afterAll(remove)

/** A story takes many times as long on a file, which is synchronized with the disk. */
const storiesPerRun = 0.1

describeSubscription('SQLite', Math.ceil(runs().numRuns * storiesPerRun), () =>
  Promise.resolve(emptySqliteStore(folder)),
)
