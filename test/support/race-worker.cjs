// One process of many that ask for every link at once; run by link-gate-race.e2e.test.ts. It uses
// the built library, and tells its parent what it was granted and how long it ever had to wait for
// the write lock without being able to do anything else.
const { existsSync, readFileSync } = require('node:fs')
const Database = require('better-sqlite3')
const E = require('fp-ts/Either')
const { linkGate } = require('../../dist/src/application/link-gate')
const { openLedger } = require('../../dist/src/open-ledger')
const { processWithPid } = require('../../dist/src/adapters/linux/owner-process')

const [path, count] = process.argv.slice(2)
const waits = []
const schedstat = '/proc/self/schedstat'

// Nanoseconds that this thread was ready to run and had no processor: no wait for a lock.
const queuedMs = () =>
  existsSync(schedstat) ? Number(readFileSync(schedstat, 'latin1').split(' ')[1]) / 1e6 : 0

const { exec } = Database.prototype
Database.prototype.exec = function (sql) {
  const [startMs, startQueuedMs] = [performance.now(), queuedMs()]
  try {
    return exec.call(this, sql)
  } finally {
    const tookMs = performance.now() - startMs
    if (sql === 'BEGIN IMMEDIATE') {
      waits.push({ tookMs, waitedMs: tookMs - (queuedMs() - startQueuedMs) })
    }
  }
}

const main = async () => {
  const opened = await openLedger(path, { readOnly: false })
  if (E.isLeft(opened)) throw new Error(opened.left.why)
  const { parts, liveness, close } = opened.right
  const gate = linkGate(parts, liveness)
  const owner = processWithPid(process.pid)
  const ask = (link) =>
    gate.request({
      link,
      supervision: 'grant',
      dialer: 'generic',
      redialsItself: false,
      owner,
      prepare: () => Promise.resolve(E.right({ supervisor: null, session: null })),
    })()
  await new Promise((resolve) => {
    process.once('message', resolve)
    process.send('ready')
  })
  const links = Array.from({ length: Number(count) }, (_none, index) => `link-${index}`)
  const answers = await Promise.all(links.map(ask))
  await close()
  const tags = answers.map((answer) =>
    E.isLeft(answer) ? `${answer.left._tag}: ${answer.left.why}` : answer.right._tag,
  )
  process.send({
    granted: links.filter((_link, index) => tags[index] === 'Granted'),
    others: tags.filter((tag) => tag !== 'Granted'),
    tookMs: Math.max(...waits.map(({ tookMs }) => tookMs)),
    waitedMs: Math.max(...waits.map(({ waitedMs }) => waitedMs)),
  })
  process.disconnect()
}

void main()
