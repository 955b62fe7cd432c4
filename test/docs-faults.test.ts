import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const folder = join(__dirname, 'faults')
const named = /"name": "(?<name>(?:[^"\\]|\\.)+)",\s*"file": "(?<file>[^"]+)"/gu

const faultsIn = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(named)].map(({ groups }) => `- ${groups?.['name']}: \`${groups?.['file']}\`,`)

const placed =
  /"name": "(?<name>(?:[^"\\]|\\.)+)",\s*"file": "(?<file>[^"]+)",\s*"find": (?<find>"(?:[^"\\]|\\.)+")/gu

/** The faults of a list, and how often what each of them replaces is in its file. */
const placesIn = (text: string): ReadonlyArray<readonly [string, number]> =>
  [...text.matchAll(placed)].map(({ groups }) => {
    const code = readFileSync(join(__dirname, '..', groups?.['file'] ?? ''), 'utf8')
    const find = String(JSON.parse(groups?.['find'] ?? '""'))
    return [groups?.['name'] ?? '', code.split(find).length - 1]
  })

describe('the list of faults in docs/how-it-is-tested.md', () => {
  it('is the list of those that npm run test:mutants puts into the code', () => {
    const faults = readdirSync(folder).flatMap((file) =>
      faultsIn(readFileSync(join(folder, file), 'utf8')),
    )
    const page = readFileSync(join(__dirname, '..', 'docs', 'how-it-is-tested.md'), 'utf8')
    const listed = page
      .split('\n')
      .filter((line) => line.startsWith('- ') && line.includes('caught by'))
    expect(listed.map((line) => line.replace(/ caught by .*$/u, '')).toSorted()).toEqual(
      faults.toSorted(),
    )
    expect(faults.length).toBeGreaterThanOrEqual(10)
  })

  it('names a single place in the code for each, so that each can be put in', () => {
    const places = readdirSync(folder).flatMap((file) =>
      placesIn(readFileSync(join(folder, file), 'utf8')),
    )
    expect(places.filter(([, count]) => count !== 1)).toEqual([])
    expect(places.length).toBeGreaterThanOrEqual(10)
  })
})
