import { spawn, type ChildProcess } from 'node:child_process'
import { extname, join } from 'node:path'

/** What a process said, and how long after its start it began to say it. */
export type Ended = {
  readonly said: string
  readonly firstWordMs: number
}

/** Runs one of the processes in this folder, with the loader that runs this one. */
export const runProcess = (
  name: 'fold-ledger' | 'first-grant' | 'rebuild-views' | 'catch-up' | 'unread-subscriber',
  args: ReadonlyArray<string>,
): Promise<Ended> =>
  runCommand([...process.execArgv, join(__dirname, `${name}${extname(__filename)}`), ...args])

/** Runs Node with arguments to its end; an error when it says nothing but on stderr. */
export const runCommand = (
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> => {
  const startedAt = performance.now()
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return heard(child, startedAt)
}

const heard = (child: ChildProcess, startedAt: number): Promise<Ended> =>
  new Promise((resolve, reject) => {
    let [said, complaint, firstWordMs] = ['', '', NaN]
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (complaint += text))
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      if (said === '') firstWordMs = performance.now() - startedAt
      said += text
    })
    child.once('error', reject)
    child.once('close', () => {
      if (said === '' && complaint !== '') reject(new Error(complaint))
      else resolve({ said, firstWordMs })
    })
  })
