import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const LOCK = '.cache/setup.lock'
const POLL_MS = 250
const WAIT_MS_MAX = 15 * 60 * 1000

/**
 * Runs `work` while no other process does so in this folder: `npm start` in one terminal and
 * `npm test` in another would otherwise empty node_modules under each other.
 */
export const oneAtATime = async (root, work) => {
  const lock = join(root, LOCK)
  mkdirSync(dirname(lock), { recursive: true })
  await acquire(lock)
  try {
    return await work()
  } finally {
    rmSync(lock, { force: true })
  }
}

const acquire = async (lock) => {
  const giveUpAt = Date.now() + WAIT_MS_MAX
  let told = false
  while (!take(lock)) {
    const holder = holderOf(lock)
    if (!isAlive(holder)) rmSync(lock, { force: true })
    if (Date.now() > giveUpAt) {
      throw new Error(
        `process ${holder} has held ${LOCK} for too long. Delete it and run this again.`,
      )
    }
    if (!told)
      process.stderr.write(`setup: waiting for the set-up that process ${holder} is doing\n`)
    told = true
    await sleep(POLL_MS)
  }
}

const take = (lock) => {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

const holderOf = (lock) => {
  try {
    return Number(readFileSync(lock, 'utf8'))
  } catch {
    return 0
  }
}

// 0 is a lock that went away or whose number is not written yet: look again.
const isAlive = (pid) => {
  if (pid === 0) return true
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
