// Imports a file into memory with the built program's parts, or tries to with their spool on disk, and
// prints its outcome with the peak of the memory that this process ever had, in megabytes.
const { importFiles } = require('../../../dist/src/application/import-files.js')
const { memoryEventStore } = require('../../../dist/src/adapters/memory/memory-event-store.js')
const {
  memoryEvidenceSpool,
} = require('../../../dist/src/adapters/memory/memory-evidence-spool.js')
const { sqliteEvidenceSpool } = require('../../../dist/src/adapters/sqlite/evidence-spool.js')

const now = {
  bootId: 'b',
  boottimeOffset: '0 0',
  provider: 'kernel',
  uptimeCs: 1,
  wall: new Date(0).toISOString(),
}
const [path, format, encoding, dryRun] = process.argv.slice(2)
const isDryRun = dryRun === 'dry-run'
const parts = {
  store: memoryEventStore(),
  clock: { read: () => now },
  host: 'h',
  actor: 'a',
  sleepMs: () => Promise.resolve(),
  openSpool: isDryRun ? sqliteEvidenceSpool : memoryEvidenceSpool,
}
const options = {
  format: format || null,
  encoding: encoding || null,
  dateOrder: 'mdy',
  zone: { name: '+00:00', minutes: 0 },
  link: null,
  source: null,
  isDryRun,
}
const progress = { onStart: () => undefined, onRead: () => undefined }

importFiles(parts, { paths: [path], options, progress }).then(({ _tag, logs }) => {
  const megabytes = Math.round(process.resourceUsage().maxRSS / 1024)
  const errors = logs.flatMap((log) => log.errors)
  const events = logs.reduce((sum, log) => sum + log.events, 0)
  process.stdout.write(JSON.stringify({ tag: _tag, errors, events, megabytes }))
})
