import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { newFolder, removeFolders } from '../support/gate-world'
import { builtMain, programOn, ran } from '../support/open-interval'

afterAll(removeFolders)

const newLedger = () => {
  const folder = newFolder()
  const env = { OPEN_INTERVAL_STORE: `sqlite:${folder}/ledger.db` }
  /** The exit code of the program, whose output goes through `pipe`. */
  const codeThrough = async (pipe: string, ...args: ReadonlyArray<string>): Promise<string> => {
    const code = join(folder, 'code')
    const script = `{ "$@" ${pipe.replace('|', `; echo $? > ${code}; } |`)}`
    await ran(['/bin/sh', '-c', script, 'sh', process.execPath, builtMain, ...args], { env })
    return readFileSync(code, 'utf8').trim()
  }
  return { program: programOn(env.OPEN_INTERVAL_STORE), codeThrough }
}

/** Writes more than pipes hold on both, and connects after that. */
const chatty = `i=0
while [ $i -lt 10 ]; do echo x; echo y >&2; sleep 0.05; i=$((i + 1)); done
head -c 300000 /dev/zero | tr '\\0' z
head -c 300000 /dev/zero | tr '\\0' z >&2
echo; echo CONNECT; sleep 0.3; exit 9`

describe('a dial whose output nobody reads any more', () => {
  it.each(['| head -n 1', '2>&1 | head -n 1'])(
    'goes on, and is recorded to its end: %s (R5)',
    async (pipe) => {
      const { program, codeThrough } = newLedger()
      await program('init')
      const dial = ['dial', 'isp', '--up-when', '^CONNECT', '--', '/bin/sh', '-c', chatty]
      expect(await codeThrough(pipe, ...dial)).toBe('9')
      const events = (await program('events', '--link', 'isp')).out
      expect(events).toContain('"AssociationOpened"')
      expect(events).toContain('"AssociationEnded"')
    },
  )
})

describe('another command whose output nobody reads any more', () => {
  it('exits 0 when that was its standard output', async () => {
    expect(await newLedger().codeThrough('| :', 'explain', '--help')).toBe('0')
  })

  it('exits as it would have when that was its standard error', async () => {
    expect(await newLedger().codeThrough('2>&1 | :', 'status')).toBe('69')
  })
})
