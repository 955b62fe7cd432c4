import Database from 'better-sqlite3'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import type { TaskEither } from 'fp-ts/TaskEither'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { initLedger } from '../../../../src/adapters/sqlite/init-ledger'
import { openLedger } from '../../../../src/adapters/sqlite/open-ledger'
import type { OpenError } from '../../../../src/adapters/sqlite/open-error'
import { eventsOf, leftOf, rightOf } from '../../../support/event-store-contract'
import { sealedEvent, sealedEvents, uuidOf } from '../../../support/sealed-events'
import {
  ledgerCreated,
  newLedger,
  temporaryFolder,
  testLedgerId,
} from '../../../support/sqlite-ledger'

let folder: string
let path: string
let remove: () => void
beforeEach(() => {
  ;({ folder, remove } = temporaryFolder())
  path = join(folder, 'ledger.db')
})
afterEach(() => {
  for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o755)
  chmodSync(folder, 0o755)
  remove()
})

const closedLedger = async (): Promise<void> => {
  const { store } = await newLedger(path)
  await rightOf(store.append('link-a', 'no_stream', sealedEvents(1, 2, 3)))
  await store.close()
}

const idFile = () => readFileSync(`${path}.id`, 'utf8')

describe('init', () => {
  it('creates folder, ledger and id file, the ledger beginning with LedgerCreated', async () => {
    path = join(folder, 'a', 'b', 'ledger.db')
    expect(await rightOf(initLedger(path, ledgerCreated()))).toEqual({
      ledgerId: testLedgerId,
      created: true,
    })
    expect(idFile()).toBe(`${testLedgerId}\n`)
    const { store, ledgerId, access } = await rightOf(openLedger(path))
    expect({ ledgerId, access }).toEqual({ ledgerId: testLedgerId, access: 'read-write' })
    expect(await eventsOf(store, 'site-ledger')).toMatchObject([
      { ...ledgerCreated(), revision: 0n },
    ])
    await store.close()
  })

  it('finds the ledger that is there, and keeps its id and its events', async () => {
    await closedLedger()
    expect(await rightOf(initLedger(path, ledgerCreated(uuidOf(77))))).toEqual({
      ledgerId: testLedgerId,
      created: false,
    })
    const { store } = await rightOf(openLedger(path))
    expect(await eventsOf(store, 'link-a')).toHaveLength(3)
    await store.close()
  })

  it('makes one ledger when several processes begin at once', async () => {
    const results = await Promise.all(
      [1, 2, 3, 4].map((number) => rightOf(initLedger(path, ledgerCreated(uuidOf(number))))),
    )
    expect(results.filter(({ created }) => created)).toHaveLength(1)
    expect(new Set(results.map(({ ledgerId }) => ledgerId)).size).toBe(1)
  })

  it('S3: repairs an id file that a crash kept from being written', async () => {
    await closedLedger()
    rmSync(`${path}.id`)
    await rightOf(initLedger(path, ledgerCreated(uuidOf(77))))
    expect(idFile()).toBe(`${testLedgerId}\n`)
    rmSync(`${path}.id`)
    const { store } = await rightOf(openLedger(path))
    expect(idFile()).toBe(`${testLedgerId}\n`)
    await store.close()
  })

  it('S3: completes a ledger whose making was cut short before its first event', async () => {
    writeFileSync(path, '')
    expect(await leftOf(openLedger(path))).toMatchObject({
      _tag: 'NotALedger',
      why: expect.stringContaining('cut short'),
    })
    new Database(path).pragma('journal_mode = WAL')
    expect((await rightOf(initLedger(path, ledgerCreated()))).created).toBe(true)
  })

  it('S3: never replaces a ledger that is missing, or empty now, though its id file is there', async () => {
    await closedLedger()
    renameSync(path, `${path}.elsewhere`)
    const missing = { _tag: 'LedgerMissing', hadOne: true, path }
    expect(await leftOf(initLedger(path, ledgerCreated()))).toMatchObject(missing)
    expect(await leftOf(openLedger(path))).toMatchObject(missing)
    writeFileSync(path, '')
    expect(await leftOf(initLedger(path, ledgerCreated()))).toMatchObject({ _tag: 'Corrupt' })
    expect(await leftOf(openLedger(path))).toMatchObject({ _tag: 'Corrupt' })
  })
})

describe('opening a ledger', () => {
  it('G24: creates nothing where there is none, and gives the line to type', async () => {
    for (const missing of [path, join(folder, 'not', 'mounted', 'ledger.db')])
      expect(await leftOf(openLedger(missing))).toMatchObject({
        _tag: 'LedgerMissing',
        hadOne: false,
        next: expect.stringContaining(`open-interval init --store ${missing}`),
      })
    expect(readdirSync(folder)).toEqual([])
  })

  it('refuses another ledger in the place of the one that was here', async () => {
    await closedLedger()
    writeFileSync(`${path}.id`, `${uuidOf(9)}\n`)
    const error = { _tag: 'LedgerIdMismatch', expected: uuidOf(9), found: testLedgerId }
    expect(await leftOf(openLedger(path))).toMatchObject(error)
    expect(await leftOf(initLedger(path, ledgerCreated()))).toMatchObject(error)
  })

  it.each([
    [
      'text',
      (file: string) => writeFileSync(file, 'this is a letter to the telephone company'.repeat(9)),
    ],
    ['a few bytes', (file: string) => writeFileSync(file, 'SQLite')],
    ['a folder', (file: string) => mkdirSync(file)],
    ['a FIFO', (file: string) => void execFileSync('sh', ['-c', 'exec mkfifo "$0"', file])],
    [
      'the database of something else',
      (file: string) => {
        const other = new Database(file)
        other.exec('CREATE TABLE mine (x)')
        other.close()
      },
    ],
    [
      'a database marked as something else',
      (file: string) => {
        const other = new Database(file)
        other.pragma('application_id = 77')
        other.exec('CREATE TABLE events (x)')
        other.close()
      },
    ],
  ])('refuses %s, and leaves it as it is', async (_, make) => {
    make(path)
    const contents = () => {
      try {
        return existsSync(path) && _ !== 'a FIFO' ? readFileSync(path, 'hex') : ''
      } catch (error) {
        return (error as NodeJS.ErrnoException).code
      }
    }
    const before = contents()
    const attempts: ReadonlyArray<TaskEither<OpenError, unknown>> = [
      openLedger(path),
      openLedger(path, { readOnly: true }),
      initLedger(path, ledgerCreated()),
    ]
    for (const attempt of attempts)
      expect(await leftOf(attempt)).toMatchObject({
        _tag: 'NotALedger',
        path,
        next: expect.any(String),
      })
    expect(contents()).toBe(before)
    expect(existsSync(`${path}.id`)).toBe(false)
  })

  it('refuses a schema that is newer', async () => {
    await closedLedger()
    const newer = new Database(path)
    newer.pragma('user_version = 2')
    newer.close()
    expect(await leftOf(openLedger(path))).toMatchObject({
      _tag: 'NewerSchema',
      schema: 2,
      schemaMax: 1,
    })
  })

  it.each([1 / 2, 1 / 3])('refuses a file of which only %d is left', async (part) => {
    await closedLedger()
    truncateSync(path, Math.floor((readFileSync(path).length * part) / 4096) * 4096)
    const before = readFileSync(path, 'hex')
    expect(await leftOf(openLedger(path))).toMatchObject({ _tag: 'Corrupt' })
    expect(await leftOf(initLedger(path, ledgerCreated()))).toMatchObject({ _tag: 'Corrupt' })
    expect(readFileSync(path, 'hex')).toBe(before)
  })

  it('does not go on in a ledger that was put in the place of an opened one', async () => {
    await closedLedger()
    const other = join(folder, 'other.db')
    await rightOf(initLedger(other, ledgerCreated(uuidOf(5))))
    const { store } = await rightOf(openLedger(path))
    copyFileSync(other, `${path}.new`)
    renameSync(`${path}.new`, path)
    await store.append('link-a', 2n, sealedEvents(4))()
    const replaced = new Database(path, { readonly: true })
    expect(replaced.prepare('SELECT count(*) AS events FROM events').get()).toEqual({ events: 1 })
    replaced.close()
    await store.close()
  })
})

/** Does something as a user who owns nothing here; a test that already is one just does it. */
const asAnotherUser = async <A>(work: () => Promise<A>): Promise<A> => {
  if (process.getuid?.() !== 0) return work()
  process.seteuid?.(65534)
  try {
    return await work()
  } finally {
    process.seteuid?.(0)
  }
}

const copiesLeft = (): ReadonlyArray<string> =>
  readdirSync(tmpdir()).filter((name) => name.startsWith('open-interval-copy-'))

describe('S4: opening a ledger that cannot be written', () => {
  const protect = (): void => {
    for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o444)
    chmodSync(folder, 0o555)
  }

  it('is refused when it is to be written', async () => {
    await closedLedger()
    protect()
    const error = await asAnotherUser(() => leftOf(openLedger(path)))
    expect(error).toMatchObject({ _tag: 'Denied', path, next: expect.any(String) })
  })

  it('reads a private copy, says so, takes no append, and leaves nothing behind', async () => {
    await closedLedger()
    protect()
    const before = copiesLeft()
    await asAnotherUser(async () => {
      const { store, access, ledgerId } = await rightOf(openLedger(path, { readOnly: true }))
      expect({ access, ledgerId }).toEqual({ access: 'private-copy', ledgerId: testLedgerId })
      expect(await eventsOf(store, 'link-a')).toHaveLength(3)
      expect(await leftOf(store.append('link-a', 2n, sealedEvents(4)))).toMatchObject({
        _tag: 'Denied',
      })
      await store.close()
    })
    expect(copiesLeft()).toEqual(before)
  })

  it('reads what is in the log only, too', async () => {
    await closedLedger()
    const writer = new Database(path)
    writer.pragma('wal_autocheckpoint = 0')
    const { store } = await rightOf(openLedger(path))
    await rightOf(store.append('link-a', 2n, [sealedEvent(4, { data: '"in the log"' })]))
    const media = join(folder, 'media')
    mkdirSync(media)
    for (const name of ['ledger.db', 'ledger.db-wal', 'ledger.db.id'])
      copyFileSync(join(folder, name), join(media, name))
    await store.close()
    writer.close()
    for (const name of readdirSync(media)) chmodSync(join(media, name), 0o444)
    chmodSync(media, 0o555)
    chmodSync(folder, 0o755)
    await asAnotherUser(async () => {
      const opened = await rightOf(openLedger(join(media, 'ledger.db'), { readOnly: true }))
      expect(opened.access).toBe('private-copy')
      expect((await eventsOf(opened.store, 'link-a')).at(-1)?.data).toBe('"in the log"')
      await opened.store.close()
    })
  })

  it('reads the ledger itself where it can, and takes no append', async () => {
    await closedLedger()
    const { store, access } = await rightOf(openLedger(path, { readOnly: true }))
    expect(access).toBe('read-only')
    expect(await eventsOf(store, 'link-a')).toHaveLength(3)
    expect(await leftOf(store.append('link-a', 2n, sealedEvents(4)))).toMatchObject({
      _tag: 'Denied',
    })
    await store.close()
  })
})
