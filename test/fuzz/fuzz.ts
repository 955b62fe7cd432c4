import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { fuzzImporters, type Fuzzed } from './fuzz-importers'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
  },
})

const say = (line: string): void => {
  process.stdout.write(line)
}

const summary = ({ files, bytes, slowest, failures }: Fuzzed): string =>
  `fuzz: ${files} files, ${(bytes / 1e6).toFixed(1)} MB, ${failures.length} failures; slowest ` +
  `${slowest.ms.toFixed(0)} ms for ${slowest.bytes} bytes (seed ${slowest.seed}); peak memory ` +
  `${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB\n`

void fuzzImporters({
  minutes: Number(values.minutes),
  seed: Number(values.seed),
  keepIn: join(__dirname, '../../.cache/fuzz'),
  say,
}).then((fuzzed) => {
  say(summary(fuzzed))
  process.exitCode = fuzzed.failures.length === 0 ? 0 : 1
})
