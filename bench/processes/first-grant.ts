import { openLedger } from '../../src'
import { tagged } from '../../test/support/tagged'

/** Opens a ledger, asks for a link, and says how long after its start it was granted. */
const firstGrant = async (path: string, link: string): Promise<void> => {
  const ledger = tagged(await openLedger(path), 'Ledger')
  tagged(await ledger.requestDial(link), 'Granted')
  const tookMs = performance.now()
  process.stdout.write(String(tookMs), () => process.kill(process.pid, 'SIGKILL'))
}

void firstGrant(process.argv[2] ?? '', process.argv[3] ?? '')
