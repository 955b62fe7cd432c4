import { fork } from 'node:child_process'
import { join } from 'node:path'
import { newFolder, removeFolders } from '../../support/gate-world'
import { programOn } from '../../support/open-interval'

afterAll(removeFolders)

const processes = 8
const linksPerProcess = 200

type Answers = {
  readonly granted: ReadonlyArray<string>
  readonly others: ReadonlyArray<string>
  /** The longest that beginning a transaction took, and without the time for want of a processor. */
  readonly tookMs: number
  readonly waitedMs: number
}

const worker = join(__dirname, '../../support/race-worker.cjs')

/** A process that is ready to ask, and what asking comes to once it is told to. */
const runner = async (path: string): Promise<{ readonly go: () => Promise<Answers> }> => {
  const child = fork(worker, [path, String(linksPerProcess)])
  const message = <A>(): Promise<A> =>
    new Promise((resolve, reject) => {
      child.once('message', (answer) => resolve(answer as A))
      child.once('exit', (code) => reject(new Error(`a worker ended with ${code}`)))
    })
  await message()
  return {
    go: () => {
      child.send('go')
      return message<Answers>()
    },
  }
}

describe(`${processes} processes that ask for ${linksPerProcess} links at once`, () => {
  it('get exactly one grant for each link', async () => {
    const path = join(newFolder(), 'ledger.db')
    expect((await programOn(path)('init')).code).toBe(0)
    const runners = await Promise.all(Array.from({ length: processes }, () => runner(path)))
    const answers = await Promise.all(runners.map(({ go }) => go()))

    const granted = answers.flatMap((answer) => answer.granted)
    expect(granted).toHaveLength(linksPerProcess)
    expect(new Set(granted).size).toBe(linksPerProcess)
    const others = answers.flatMap((answer) => answer.others)
    expect(new Set(others)).toEqual(new Set(['Refused']))
    expect(others).toHaveLength((processes - 1) * linksPerProcess)

    const { links } = (await programOn(path)('status', '--json')).json()
    expect(links).toHaveLength(linksPerProcess)
    expect(new Set(links.map(({ phase }: { phase: string }) => phase))).toEqual(
      new Set(['dialing']),
    )
    const longest = (of: 'tookMs' | 'waitedMs') =>
      Math.max(...answers.map((answer) => answer[of])).toFixed(1)
    process.stdout.write(
      `longest synchronous wait for the write lock: ${longest('waitedMs')} ms` +
        ` (${longest('tookMs')} ms with waiting for a processor)\n`,
    )
  })
})
