import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createLedger } from '../../src/open-ledger'
import type { Json } from './cli-world'
import { newFolder } from './gate-world'
import { ledgerEvents } from './ledger-events'
import { builtMain, programOn } from './open-interval'

/** Whom a dial is run with. */
export type DialWith = {
  /** Standard input and output of the dialer. */
  readonly descriptor?: number
  /** A command that runs the program, such as `unshare`. */
  readonly within?: ReadonlyArray<string>
}

/** A ledger whose link `isp` is dialed for real; without a number its Open Interval is 600 s. */
export const dialedLedger = async (openIntervalSec: number | null = null) => {
  const folder = newFolder()
  const path = join(folder, 'ledger.db')
  const store = `sqlite:${path}`
  const program = programOn(store)
  await createLedger(path)
  if (openIntervalSec !== null) {
    const set = ['policy', 'set', '--open-interval', String(openIntervalSec)]
    await program(...set, '--dial-timeout', '20', '--reason', 'test')
  }
  const env = { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin`, OPEN_INTERVAL_STORE: store }
  const resultFile = join(folder, 'result.json')
  const dialing = (args: ReadonlyArray<string>, { descriptor, within = [] }: DialWith = {}) => {
    const io = descriptor ?? 'ignore'
    const command = [process.execPath, builtMain, 'dial', 'isp', '--result', resultFile, ...args]
    const [file = '', ...rest] = [...within, ...command]
    const child = spawn(file, rest, { env, stdio: [io, io, 'pipe'] })
    let said = ''
    child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()))
    const ended = new Promise<Dialed>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code) => resolve({ code, err: said, result: resultIn(resultFile) }))
    })
    return { child, ended, said: () => said }
  }
  const events = () => ledgerEvents(path)
  /** The audit's verdict over the ledger, as numbers. */
  const verdict = async (): Promise<Json> => {
    const { broken, kept, cannotTell, dials } = (await program('audit', '--json')).json().totals
    return { dials, kept, broken, cannotTell }
  }
  const dial = (args: ReadonlyArray<string>, how: DialWith = {}) => dialing(args, how).ended
  return { folder, store, env, program, dialing, dial, events, verdict }
}

/** How a dial ended: its exit code, what it said, and what `--result` holds. */
export type Dialed = { readonly code: number | null; readonly err: string; readonly result: Json }

const resultIn = (file: string): Json => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return null
  }
}
