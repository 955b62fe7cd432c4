import * as E from 'fp-ts/Either'
import { linkGate } from '../../../src/application/link-gate'
import { openLedger } from '../../../src/open-ledger'
import { linkId } from '../link-id'

/** Asks for every link once, all at the same time; prints the link of each grant. */
const askForLinks = async (path: string, count: number): Promise<void> => {
  const opened = await openLedger(path, { readOnly: false })
  if (E.isLeft(opened)) throw new Error(opened.left.why)
  const { parts, liveness, close } = opened.right
  const gate = linkGate(parts, liveness)
  const ask = async (name: string): Promise<void> => {
    const answer = await gate.request({
      link: linkId(name),
      supervision: 'grant',
      dialer: 'generic',
      redialsItself: false,
      owner: null,
      prepare: async () => E.right({ supervisor: null, session: null }),
    })()
    if (E.isLeft(answer)) throw new Error(`${name}: ${JSON.stringify(answer.left)}`)
    if (answer.right._tag === 'Granted') process.stdout.write(`${name}\n`)
  }
  await Promise.all(Array.from({ length: count }, (_, index) => ask(`link${index}`)))
  await close()
}

const [, , path = '', count = ''] = process.argv
void askForLinks(path, Number(count))
