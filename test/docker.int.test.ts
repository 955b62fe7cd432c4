import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeUnless } from './support/real-dialers'

const root = join(__dirname, '..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

const obstacle =
  spawnSync('docker-compose', ['version']).status === 0 ? null : 'no docker-compose here'

const files = {
  'one node': 'docker/compose.yml',
  cluster: 'docker/compose.cluster.yml',
} as const

const configs = new Map<string, string>()

/** A file as docker-compose understands it, asked once: starting that takes seconds. */
const configOf = (file: string): string => configs.get(file) ?? ''

const readConfig = (file: string): string => {
  const { status, stdout, stderr } = spawnSync(
    'docker-compose',
    ['-f', join(root, file), 'config'],
    { encoding: 'utf8', env: { PATH: process.env['PATH'], HOME: process.env['HOME'] } },
  )
  if (status !== 0) throw new Error(`${file}: ${stderr}`)
  return stdout
}

const all = (text: string, pattern: RegExp): ReadonlyArray<string> =>
  [...new Set([...text.matchAll(pattern)].map(([, found = '']) => found))].toSorted()

const doc = read('docs/eventstoredb.md')

/** A row of the documentation's table of files, as its cells. */
const rowOf = (file: string): ReadonlyArray<string> =>
  doc
    .split('\n')
    .find((line) => line.startsWith(`| \`${file}\``))
    ?.split('|')
    .slice(1, -1) ?? []

const quoted = (text: string): ReadonlyArray<string> => all(text, /`([^`]+)`/gu)

/** The options of the documentation's table that one of the files sets. */
const optionsFor = (where: keyof typeof files): ReadonlyArray<string> =>
  doc
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter(([, , place]) => place === where || place === 'both')
    .flatMap(([, options = '']) => quoted(options))
    .toSorted()

describeUnless(obstacle, 'the compose files', () => {
  beforeAll(() => {
    for (const file of Object.values(files)) configs.set(file, readConfig(file))
  }, 120_000)

  describe.each(Object.entries(files))('of %s', (_where, file) => {
    it('is accepted, and has the images that the documentation names', () => {
      const images = all(configOf(file), /^ +image: (.+)$/gmu).filter((it) => it.includes('/'))
      expect(images).toEqual(quoted(rowOf(file)[2] ?? ''))
      expect(images.every((image) => /:\d+\.\d+\.\d+/u.test(image))).toBe(true)
    })

    it('publishes the ports that the documentation names, on the loopback alone', () => {
      const config = configOf(file)
      const published = all(config, /^ +- (\S+:\d+\/tcp)$/gmu)
      expect(published).toEqual(
        quoted(rowOf(file)[3] ?? '').map((port) => `127.0.0.1:${port}:2113/tcp`),
      )
      expect(config).not.toContain('0.0.0.0')
    })

    it('asks each node whether it is alive', () => {
      const config = configOf(file)
      const nodes = config.match(/image: eventstore\/eventstore:/gu) ?? []
      expect(nodes.length).toBeGreaterThan(0)
      expect(config.match(/127\.0\.0\.1:2113\/health\/live/gu)).toHaveLength(nodes.length)
    })
  })

  it.each(['one node', 'cluster'] as const)(
    'set the options of %s that are documented',
    (where) => {
      const names = all(configOf(files[where]), /^ +(EVENTSTORE_[A-Z_]+):/gmu)
      expect(names).toEqual(optionsFor(where))
    },
  )

  it('give every node of the cluster a volume, a port and keys of its own', () => {
    const config = configOf(files.cluster)
    for (const node of ['1', '2', '3']) {
      expect(config).toContain(`- node${node}:/var/lib/eventstore:rw`)
      expect(config).toContain(`- certificates${node}:/certificates:ro`)
      expect(config).toContain(`EVENTSTORE_ADVERTISE_NODE_PORT_TO_CLIENT_AS: '211${node}'`)
    }
    expect(config.match(/authority:\/authority/gu)).toHaveLength(1)
  })
})

describe('the image of the tool', () => {
  const lines = read('docker/Dockerfile').split('\n')
  const copied = lines.flatMap((line) =>
    line.startsWith('COPY ') && !line.includes('--from') ? line.split(' ').slice(1, -1) : [],
  )

  it('is made of what there is, without tests and benches', () => {
    expect(copied.length).toBeGreaterThan(4)
    expect(copied.filter((path) => !existsSync(join(root, path)))).toEqual([])
    expect(copied).not.toContain('test')
  })

  it('runs as a user without rights, and says whether it is well', () => {
    expect(lines.filter((line) => line.startsWith('USER '))).toEqual(['USER node'])
    expect(lines.some((line) => line.startsWith('HEALTHCHECK '))).toBe(true)
  })
})
