import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Json } from './cli-world'

/** The built program; `npm test` builds it first. */
export const builtMain = join(__dirname, '../../dist/src/start.js')

/** What a process printed and ended with. */
export type Ended = {
  readonly code: number | null
  readonly out: string
  readonly err: string
  readonly json: () => Json
}

/** What a process is run with besides its arguments. */
export type Surroundings = {
  readonly env?: Readonly<Record<string, string>>
  readonly stdin?: string
  readonly uid?: number
  readonly cwd?: string
  /** A copy of the program to run instead of {@link builtMain}. */
  readonly main?: string
}

/** Runs a command to its end. */
export const ran = (
  [file, ...args]: readonly [file: string, ...args: ReadonlyArray<string>],
  { env = {}, stdin = '', uid, cwd }: Surroundings = {},
): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      env: { PATH: process.env['PATH'], ...env },
      stdio: 'pipe',
      ...(cwd === undefined ? {} : { cwd }),
      ...(uid === undefined ? {} : { uid, gid: uid }),
    })
    let [out, err] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
    child.once('error', reject)
    // Some end before they read.
    child.stdin.on('error', () => undefined)
    child.stdin.end(stdin)
    child.once('close', (code) => resolve({ code, out, err, json: () => JSON.parse(out) }))
  })

/** The program on one ledger. */
export const programOn =
  (ledger: string, surroundings: Surroundings = {}) =>
  (...args: ReadonlyArray<string>): Promise<Ended> =>
    ran([process.execPath, surroundings.main ?? builtMain, ...args], {
      ...surroundings,
      env: { OPEN_INTERVAL_STORE: ledger, ...surroundings.env },
    })
