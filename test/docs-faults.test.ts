import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const folder = join(__dirname, 'faults')
const named = /"name": "(?<name>(?:[^"\\]|\\.)+)",\s*"file": "(?<file>[^"]+)"/gu

const faultsIn = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(named)].map(({ groups }) => `- ${groups?.['name']}: \`${groups?.['file']}\`,`)

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
})
