import { retryWindows } from '../../projections/retry-windows'
import { foldStream } from '../../src/application/fold-stream'
import { linksOf, readLedger } from '../ledger/read-ledger'
import { valueOf } from '../value-of'

/** Folds every link of a ledger and says how much memory that took at most, in kilobytes. */
const foldLedger = async (path: string): Promise<void> => {
  const store = await readLedger(path)
  const fold = foldStream(store)
  for (const stream of await linksOf(store)) valueOf(await fold(retryWindows, stream)())
  await store.close()
  process.stdout.write(String(process.resourceUsage().maxRSS))
}

void foldLedger(process.argv[2] ?? '')
