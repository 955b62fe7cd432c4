import { spawn } from 'node:child_process'
import { closeSync, constants, existsSync, openSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { eventually } from './eventually'

/** A modem on a pseudo terminal. */
export type ScriptedModem = {
  /** The terminal, such as `/dev/pts/3`. */
  readonly device: string
  /** It, opened: to be some process's standard input and output. */
  readonly descriptor: number
  /** What it answers to a dial; null: nothing. */
  answer: string | null
  /** The numbers that were dialed. */
  readonly dialed: ReadonlyArray<string>
  readonly unplug: () => Promise<void>
}

/** Plugs in a modem that says OK to every command and `answer` to a dial; socat holds the terminal. */
export const scriptedModem = async (
  folder: string,
  answer: string | null,
): Promise<ScriptedModem> => {
  const link = join(folder, `modem-${Math.random().toString(36).slice(2)}`)
  const socat = spawn('socat', [`PTY,link=${link},rawer`, 'STDIO'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const ended = new Promise<void>((resolve) => socat.once('close', () => resolve()))
  await eventually(() => existsSync(link))
  const device = realpathSync(link)
  // Held open, because socat leaves with the last one that has it open.
  const descriptor = openSync(device, constants.O_RDWR | constants.O_NOCTTY)
  const dialed: string[] = []
  const modem: ScriptedModem = {
    device,
    descriptor,
    answer,
    dialed,
    unplug: async () => {
      closeSync(descriptor)
      socat.kill()
      await ended
    },
  }
  const say = (text: string): void => void socat.stdin.write(`\r\n${text}\r\n`)
  const obey = (line: string): void => {
    const [, number] = /^ATDT?(\d*)/u.exec(line) ?? []
    if (number === undefined) {
      if (line.startsWith('AT')) say('OK')
      return
    }
    dialed.push(number)
    if (modem.answer !== null) say(modem.answer)
  }
  let unfinished = ''
  socat.stdin.on('error', () => undefined)
  socat.stdout.setEncoding('latin1').on('data', (text: string) => {
    const lines = `${unfinished}${text}`.split(/[\r\n]+/u)
    unfinished = lines.pop() ?? ''
    lines.forEach(obey)
  })
  return modem
}

/** The arguments of a `chat` that dials such a modem; it waits for each answer at most 1 s. */
export const chatScript: ReadonlyArray<string> = [
  ...['-t', '1', 'ABORT', 'BUSY', 'ABORT', 'NO CARRIER', 'ABORT', 'NO DIALTONE'],
  ...['', 'ATZ', 'OK', 'ATDT5551234', 'CONNECT', '\\c'],
]
