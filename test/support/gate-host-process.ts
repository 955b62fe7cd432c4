import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { GateHostLine, GateHostOrders } from './processes/gate-host'
import { trueCs } from './simulated-host'

/** A simulated host that runs as a process of its own. */
export type GateHostProcess = {
  readonly lines: ReadonlyArray<GateHostLine>
  readonly errors: () => string
  /** Asks it to finish what it does; resolves with its exit code. */
  readonly stop: () => Promise<number | null>
  /** Kills it; resolves with the true time at which it was certainly dead. */
  readonly kill: () => Promise<number>
}

/** Starts a process that asks for links as its orders say. */
export const startGateHost = (orders: GateHostOrders): GateHostProcess => {
  const loader = require.resolve('./processes/load-typescript.cjs')
  const script = require.resolve('./processes/gate-host')
  const child = spawn(process.execPath, ['-r', loader, script, JSON.stringify(orders)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: GateHostLine[] = []
  let [rest, errors] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = `${rest}${text}`.split('\n')
    rest = parts.pop() ?? ''
    lines.push(...parts.map((line): GateHostLine => JSON.parse(line)))
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  const closed = once(child, 'close')
  return {
    lines,
    errors: () => errors,
    stop: async () => {
      // It is deaf to signals until it has loaded.
      while (lines.length === 0 && child.exitCode === null) await sleep(20)
      child.kill('SIGTERM')
      await closed
      return child.exitCode
    },
    kill: async () => {
      child.kill('SIGKILL')
      await once(child, 'exit')
      const at = trueCs()
      await closed
      return at
    },
  }
}
