import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Json } from './support/cli-world'
import { newFolder, removeFolders } from './support/gate-world'
import { builtMain, programOn, ran } from './support/open-interval'

afterAll(removeFolders)

const example = (name: string): string => join(__dirname, '../docs/examples', name)

const hasPython = spawnSync('python3', ['--version']).status === 0
if (!hasPython) process.stderr.write('skipped: there is no python3 for grant-and-settle.py\n')

const supervisors = [
  ['grant-and-settle.sh', 'sh', describe],
  ['grant-and-settle.py', 'python3', hasPython ? describe : describe.skip],
] as const

for (const [name, interpreter, describeExample] of supervisors) {
  describeExample(`docs/examples/${name}`, () => {
    const newLedger = async (...policy: ReadonlyArray<string>) => {
      const path = join(newFolder(), 'ledger.db')
      const run = programOn(path)
      await run('init')
      if (policy.length > 0) await run('policy', 'set', '--reason', 'test', ...policy)
      const dial = (connect: string, wait = 'true') =>
        ran([interpreter, example(name), 'isp', connect, wait], {
          env: { OPEN_INTERVAL_STORE: path, OPEN_INTERVAL: `${process.execPath} ${builtMain}` },
        })
      const events = async (): Promise<ReadonlyArray<Json>> =>
        (await run('events', '--link', 'isp')).out
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line))
      return { dial, events, run, folder: join(path, '..') }
    }

    it('records a session that went well', async () => {
      const { dial, events } = await newLedger()
      expect(await dial('true')).toMatchObject({ code: 0 })
      expect(await events()).toMatchObject([
        { type: 'DialAttempted', data: { supervision: 'grant', dialer: 'example' } },
        { type: 'AssociationOpened', data: { proof: 'record' } },
        { type: 'AssociationEnded', data: { abnormal: false } },
      ])
    })

    it('records a failed dial with its code, and does not dial in the window', async () => {
      const { dial, events, folder } = await newLedger()
      expect((await dial('exit 3')).code).toBe(3)
      expect((await events()).at(-1)).toMatchObject({
        type: 'ConnectionOpenFailed',
        data: { code: 3 },
      })
      const trace = join(folder, 'dialed')
      const refused = await dial(`touch '${trace}'`)
      expect(refused.code).toBe(75)
      expect(refused.err).toContain('refused: open-interval')
      expect(existsSync(trace)).toBe(false)
    })

    it('records a session that broke', async () => {
      const { dial, events } = await newLedger()
      expect((await dial('true', 'exit 4')).code).toBe(4)
      expect((await events()).at(-1)).toMatchObject({
        type: 'AssociationEnded',
        data: { abnormal: true, code: 4 },
      })
    })

    it('ends a dialer that is not up in time', async () => {
      const { dial, events } = await newLedger('--dial-timeout', '4')
      expect((await dial('sleep 300')).code).toBe(137)
      expect((await events()).at(-1)).toMatchObject({ type: 'ConnectionOpenFailed' })
    })

    it('does not dial without a ledger, nor for a link that is held', async () => {
      const { dial, run, folder } = await newLedger()
      await run('hold', 'isp', '--new', '--reason', 'bill')
      const trace = join(folder, 'dialed')
      expect((await dial(`touch '${trace}'`)).code).toBe(77)
      const env = {
        OPEN_INTERVAL_STORE: join(folder, 'none.db'),
        OPEN_INTERVAL: `${process.execPath} ${builtMain}`,
      }
      const args = [interpreter, example(name), 'isp', `touch '${trace}'`, 'true'] as const
      expect((await ran(args, { env })).code).toBe(69)
      expect(existsSync(trace)).toBe(false)
    })
  })
}
