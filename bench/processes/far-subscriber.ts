import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { extname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { sightings, type Subscriber } from '../subscriber'

/** Subscribes to a ledger in a process of its own; both read one monotonic clock of the host. */
export const farSubscriber = async (path: string): Promise<Subscriber> => {
  const { note, seen } = sightings()
  const script = join(__dirname, `subscribe${extname(__filename)}`)
  const child = spawn(process.execPath, [...process.execArgv, script, path], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const exit = once(child, 'exit')
  const lines = createInterface(child.stdout)
  const ready = once(lines, 'line')
  lines.on('line', (line) => {
    const [id = '', ns = '0'] = line.split(' ')
    note(id, BigInt(ns))
  })
  await ready
  return {
    seen,
    close: () => {
      child.stdin.end()
      return exit
    },
  }
}
