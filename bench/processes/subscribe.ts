import { openLedger } from '../../src/open-ledger'
import { nearSubscriber } from '../subscriber'
import { valueOf } from '../value-of'

/** Follows a ledger until its standard input ends; a line for each event says when it was told. */
const subscribe = async (path: string): Promise<void> => {
  const { parts, ledgerId, close } = valueOf(await openLedger(path, { readOnly: true }))
  const told = (id: string): void => {
    process.stdout.write(`${id} ${process.hrtime.bigint()}\n`)
  }
  const subscriber = await nearSubscriber(parts.store, { ledgerId, told })
  process.stdout.write('ready\n')
  process.stdin.resume().once('end', () => {
    void subscriber.close().then(close)
  })
}

void subscribe(process.argv[2] ?? '')
