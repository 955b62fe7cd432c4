import * as fc from 'fast-check'
import { outputMatcher } from '../../../src/application/output-matcher'
import { runs } from '../../support/runs'

const matchesIn = (pattern: RegExp, ...chunks: ReadonlyArray<string>): number => {
  let count = 0
  const watch = outputMatcher(pattern, () => (count += 1))
  for (const chunk of chunks) watch(chunk, 'stdout')
  return count
}

describe('outputMatcher', () => {
  it('sees a line wherever its output is cut, and once', () => {
    const text = 'dialing\r\nCONNECT 9600\nCONNECT 9600\n'
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 6 }), (cuts) => {
        const places = [0, ...cuts.toSorted((first, second) => first - second), text.length]
        const chunks = places.slice(1).map((to, index) => text.slice(places[index], to))
        return matchesIn(/^CONNECT \d+/u, ...chunks) === 1
      }),
      runs(),
    )
  })

  it('sees a prompt that no line end follows', () => {
    expect(matchesIn(/login:$/u, 'welcome\nlog', 'in:')).toBe(1)
  })

  it('does not join the lines of two streams', () => {
    let count = 0
    const watch = outputMatcher(/CONNECT/u, () => (count += 1))
    watch('CONN', 'stdout')
    watch('ECT', 'stderr')
    expect(count).toBe(0)
  })
})
