import { spawn } from 'node:child_process'

const TERMINAL = process.stderr.isTTY === true
const BEAT_MS = TERMINAL ? 1_000 : 10_000
const OUTPUT_CHARACTERS_MAX = 100_000

/**
 * Runs a command in `cwd` and tells on stderr, once a beat, for how long it has been at it.
 * Gives `{ code, output }`: `code` is null when a signal ended it, 127 when it was not found;
 * `output` is the end of what it printed, which only a failure makes worth reading.
 */
export const runWithHeartbeat = ({ title, usually }, [command, ...args], { cwd, env }) =>
  new Promise((resolve) => {
    const startedAt = Date.now()
    const elapsed = () => `${Math.round((Date.now() - startedAt) / 1000)} s`
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const keep = (chunk) => {
      output = (output + chunk).slice(-OUTPUT_CHARACTERS_MAX)
    }
    child.stdout.setEncoding('utf8').on('data', keep)
    child.stderr.setEncoding('utf8').on('data', keep)

    say(`${title} (takes ${usually}) ...`)
    const beat = setInterval(() => say(`${title} ... ${elapsed()}`), BEAT_MS)
    const finish = (code) => {
      clearInterval(beat)
      say(`${title}: ${code === 0 ? 'done' : 'failed'} after ${elapsed()}`)
      if (TERMINAL) process.stderr.write('\n')
      resolve({ code, output })
    }
    child.on('error', (error) => {
      output += error.message
      finish(error.code === 'ENOENT' ? 127 : 1)
    })
    child.on('close', finish)
  })

// A terminal gets one line that counts; a log gets whole lines, or it would be unreadable.
const say = (text) => process.stderr.write(TERMINAL ? `\r\x1b[Ksetup: ${text}` : `setup: ${text}\n`)
