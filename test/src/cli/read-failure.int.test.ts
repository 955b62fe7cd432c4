import * as E from 'fp-ts/Either'
import type { EventStore, ReadError } from '../../../src/ports/event-store'
import { cliWorld } from '../../support/cli-world'
import { partsOn } from '../../support/gate-world'

const denied = { _tag: 'Denied', why: 'EACCES: permission denied' } as const
const away = { _tag: 'Unavailable', why: 'the disk is away' } as const

const failing =
  <A>(error: ReadError) =>
  (): Promise<E.Either<ReadError, A>> =>
    Promise.resolve(E.left(error))

/** The commands on a ledger that holds one failure of `isp`, and that fails from then on. */
const worldThatFails = async (error: ReadError, methods: ReadonlyArray<keyof EventStore>) => {
  const world = cliWorld()
  expect((await world.run('record', 'isp', 'ras-error')).code).toBe(0)
  const store = { ...world.store }
  for (const method of methods) Object.assign(store, { [method]: () => failing(error) })
  Object.assign(world, { parts: partsOn(store, world.clock) })
  return world
}

const commands = [
  ['status'],
  ['status', 'isp'],
  ['explain', 'isp'],
  ['grant', 'isp'],
  ['record', 'isp', 'ras-error'],
  ['record', 'isp', 'up', '--attempt', 'current'],
  ['policy', 'show', 'isp'],
  ['policy', 'set', '--open-interval', '900', '--reason', 'bill'],
  ['hold', 'isp', '--reason', 'bill'],
  ['release', 'isp', '--reason', 'bill'],
  ['events'],
  ['doctor'],
]

describe('a command on a ledger that fails once it is open', () => {
  it.each(commands)('exits 77 when it may not be read any more: %s %s %s', async (...args) => {
    const { run } = await worldThatFails(denied, ['readStream', 'readAll', 'streams'])
    const { code, out, err } = await run(...args)
    expect({ code, out }).toEqual({ code: 77, out: '' })
    expect(err).toMatch(/^open-interval: EACCES: .*; run as a user who may read and write/u)
  })

  it.each(commands)(
    'exits 69 when it cannot be read for another reason: %s %s %s',
    async (...args) => {
      const { run } = await worldThatFails(away, ['readStream', 'readAll', 'streams'])
      const { code, out, err } = await run(...args)
      expect({ code, out }).toEqual({ code: 69, out: '' })
      expect(err).toMatch(/^open-interval: the disk is away; .*open-interval doctor/u)
    },
  )

  it.each([
    ['grant', 'lte'],
    ['record', 'isp', 'ras-error'],
    ['hold', 'isp', '--reason', 'bill'],
    ['policy', 'set', '--open-interval', '900', '--reason', 'bill'],
  ])('exits 77 when it may not be written any more: %s %s', async (...args) => {
    const { run } = await worldThatFails(denied, ['append'])
    const { code, err } = await run(...args)
    expect({ code, err }).toEqual({ code: 77, err: expect.stringContaining('run as a user') })
  })
})
