import { openLedger } from '../../src'
import { valueOf } from '../value-of'

/** Opens a ledger, asks for a link, and says how long after its start it was granted. */
const firstGrant = async (path: string, link: string): Promise<void> => {
  const ledger = valueOf(await openLedger(path)())
  const answer = valueOf(await ledger.requestDial(link)())
  const tookMs = performance.now()
  if (answer._tag !== 'Granted') throw new Error(`refused: ${JSON.stringify(answer.deniedBy)}`)
  process.stdout.write(String(tookMs), () => process.kill(process.pid, 'SIGKILL'))
}

void firstGrant(process.argv[2] ?? '', process.argv[3] ?? '')
