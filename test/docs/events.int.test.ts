import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseLinkId } from '../../domain/link-id'
import {
  decodeEvent,
  eventHash,
  hashBeforeFirst,
  importId,
  importNamespace,
  outcomeId,
  outcomeNamespace,
} from '../../src/adapters/codec'
import { eventShapes } from '../../src/adapters/codec/event-shapes'

const page = readFileSync(join(__dirname, '../../docs/events.md'), 'utf8')

/** The value in the fenced block of this name. */
const block = (name: string) => {
  const text = new RegExp(`^\`\`\`json ${name}\n([^]*?)^\`\`\``, 'm').exec(page)?.[1]
  if (text === undefined) throw new Error(`docs/events.md has no block ${name}`)
  return JSON.parse(text)
}

type Vector = Readonly<
  Record<'stream' | 'revision' | 'id' | 'type' | 'data' | 'metadata' | 'hash', string>
>

describe('docs/events.md', () => {
  it('holds three events whose hashes are as the codec computes them, each chained to the last', () => {
    const vectors: ReadonlyArray<Vector> = block('chain-vectors')
    expect(vectors).toHaveLength(3)
    expect(
      vectors.map((vector) => eventHash({ ...vector, revision: BigInt(vector.revision) })),
    ).toEqual(vectors.map(({ hash }) => hash))
    expect(vectors.map(({ metadata }) => JSON.parse(metadata).prev)).toEqual([
      hashBeforeFirst,
      ...vectors.slice(0, -1).map(({ hash }) => hash),
    ])
    for (const vector of vectors)
      expect(
        decodeEvent({ ...vector, revision: BigInt(vector.revision), position: 1n }),
      ).toMatchObject({ _tag: 'Right' })
  })

  it('holds facts whose ids are as the codec computes them', () => {
    const { outcome, import: imported } = block('id-vectors')
    expect(outcomeId(outcome.fact)).toBe(outcome.id)
    expect(importId(imported.fact)).toBe(imported.id)
  })

  it('holds the namespaces of the ids', () => {
    expect(page).toContain(outcomeNamespace)
    expect(page).toContain(importNamespace)
  })

  it.each<readonly [string, string]>(block('link-id-vectors'))(
    'makes of %j the link id %j',
    (name, id) => {
      expect(parseLinkId(name)).toEqual({ _tag: 'Right', right: id })
    },
  )

  it.each(Object.keys(eventShapes))('tells the meaning of %s', (type) => {
    expect(page).toMatch(new RegExp(`\`${type}[\` ]`))
  })
})
