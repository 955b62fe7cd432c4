import Database from 'better-sqlite3'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { tableProjections } from '../../projections/table-projections'
import { removeFolders } from '../support/gate-world'
import { projectionWorld, rebuilt } from '../support/projection-world'

afterAll(removeFolders)

const page = readFileSync(join(__dirname, '../../docs/views.md'), 'utf8')

/** The columns and types that the section of a table lists. */
const listedColumns = (table: string): ReadonlyArray<readonly [string, string]> => {
  const [, rest = ''] = page.split(`\n## \`${table}\``)
  const [section = ''] = rest.split('\n## ')
  return [...section.matchAll(/^\| `(\w+)` +\| (\w+\??) +\|/gmu)].map(
    ([, name = '', type = '']) => [name, type] as const,
  )
}

describe('docs/views.md', () => {
  it.each(tableProjections.map(({ table }) => [table.name, table] as const))(
    'lists the columns of %s, with their types and in their order',
    (name, table) => {
      expect(listedColumns(name)).toEqual(Object.entries(table.columns))
    },
  )

  it('holds queries that run', async () => {
    const world = projectionWorld()
    for (const projection of tableProjections) await rebuilt(world, projection)
    const connection = new Database(world.path, { readonly: true })
    const queries = [...page.matchAll(/^```sql\n([^]*?)^```/gmu)].map(([, sql = '']) => sql)
    expect(queries.length).toBeGreaterThan(tableProjections.length)
    for (const query of queries) expect(() => connection.prepare(query).all()).not.toThrow()
    connection.close()
  })
})
