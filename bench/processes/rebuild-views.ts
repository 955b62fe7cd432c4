import { rebuildRetryWindows } from '../ledger/rebuild-view'

/** Rebuilds a view of a ledger and says how much memory that took at most, in kilobytes. */
const rebuildViews = async (ledger: string, views: string): Promise<void> => {
  await rebuildRetryWindows({ ledger, views })
  process.stdout.write(String(process.resourceUsage().maxRSS))
}

void rebuildViews(process.argv[2] ?? '', process.argv[3] ?? '')
