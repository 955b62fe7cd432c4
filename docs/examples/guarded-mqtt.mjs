// An MQTT client behind a guard: it connects once its link may be dialed, never by itself, and every
// refusal, drop and timeout keeps the link closed for its Open Interval, across restarts of this program.
//
//   npm install open-interval mqtt
//   OPEN_INTERVAL_STORE=ledger.db node guarded-mqtt.mjs mqtt://broker.example.org [link]
import mqtt from 'mqtt'
import { setTimeout as sleep } from 'node:timers/promises'
import { openLedger } from 'open-interval'

const [url = 'mqtt://127.0.0.1', link = 'mqtt'] = process.argv.slice(2)
const say = (text) => process.stdout.write(`${link}: ${text}\n`)

const ledger = await openLedger(process.env.OPEN_INTERVAL_STORE)
if (ledger._tag !== 'Ledger') {
  process.stderr.write(`${ledger.path}: ${ledger.why}; ${ledger.next}\n`)
  process.exit(69)
}

const stop = new AbortController()
for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => stop.abort())

// One session, from the dial to its end. What it throws is a failure; after a stop it is a normal end.
const session = ({ signal, up }) =>
  new Promise((_, reject) => {
    const client = mqtt.connect(url, {
      // One grant is one dial. MQTT.js would dial again every second, past the wait and every limit,
      // and nothing would be in the ledger: so its own reconnecting is off, and guard does it.
      reconnectPeriod: 0,
      // The guard has a timeout of its own; this one is only not to be shorter.
      connectTimeout: 600_000,
    })
    let failure = new Error('the broker closed the connection')
    client.on('error', (error) => {
      failure = error
    })
    client.on('close', () => reject(failure))
    client.on('connect', async () => {
      const reported = await up()
      // Too late, or the ledger cannot be written: the signal has aborted, and this ends.
      if (reported._tag !== 'Up') return
      say('up')
      await client.subscribeAsync('commands/#').catch((error) => {
        failure = error
        client.end(true)
      })
    })
    client.on('message', (topic, payload) => say(`${topic} ${payload}`))
    signal.addEventListener('abort', () => client.end(true))
  })

while (!stop.signal.aborted) {
  const result = await ledger.guard(link, session, {
    wait: true,
    signal: stop.signal,
    onRefused: ({ deniedBy }) => say(`waiting: ${deniedBy.map(({ rule }) => rule).join()}`),
  })
  switch (result._tag) {
    case 'Failed':
      say(`${result.wasUp ? 'lost' : 'failed'}: ${result.cause?.message ?? result.reason}`)
      break
    case 'LedgerUnavailable':
    case 'AppendUncertain':
      // Nothing was dialed: without a ledger nobody knows whether it may be.
      say(`no ledger: ${result.why}`)
      await sleep(5_000, undefined, { signal: stop.signal }).catch(() => undefined)
      break
    default:
      say(result._tag)
  }
}
const closed = await ledger.close()
say(closed._tag)
