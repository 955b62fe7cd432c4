import { catchUp } from '../ledger/rebuild-view'

/** Catches up with a ledger and says how long after the start of the process that was. */
const caughtUp = async (ledger: string, views: string): Promise<void> => {
  await catchUp({ ledger, views })
  process.stdout.write(String(performance.now()))
}

void caughtUp(process.argv[2] ?? '', process.argv[3] ?? '')
