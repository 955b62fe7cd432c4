import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cliWorld } from '../../support/cli-world'
import { newFolder, removeFolders } from '../../support/gate-world'

afterAll(removeFolders)

/** A ledger with two events of `isp` and one of `other`, and a follower that has seen enough after so many pages. */
const followed = async (pagesWanted = 1) => {
  const world = cliWorld()
  for (const link of ['isp', 'other', 'isp']) await world.run('record', link, 'ras-error')
  const file = join(newFolder(), 'seen.json')
  let pages = 0
  world.onWritten = () => {
    pages += 1
    if (pages >= pagesWanted) world.signals.emit('SIGTERM', 'SIGTERM')
    return true
  }
  const follow = (...args: string[]) => world.run('events', '--follow', ...args)
  return { world, file, follow, resume: () => ((pages = 0), follow('--checkpoint', file)) }
}

const positionsOf = (lines: ReadonlyArray<{ position: string }>) =>
  lines.map(({ position }) => Number(position))

describe('events --follow', () => {
  it('prints what is there, then what comes, and ends with 0 on a signal', async () => {
    const { world, follow } = await followed(2)
    const following = follow()
    setTimeout(() => void world.run('record', 'isp', 'up'), 20)
    const { code, lines, err } = await following
    expect(code).toBe(0)
    expect(positionsOf(lines())).toEqual([1, 2, 3, 4])
    expect(err).toContain('caught up at position 3; what follows is live')
  })

  it('prints one link only, and begins behind a position', async () => {
    const { follow } = await followed()
    expect((await follow('--link', 'isp')).lines()).toMatchObject([
      { stream: 'link-isp', revision: '0' },
      { stream: 'link-isp', revision: '1' },
    ])
    expect(positionsOf((await follow('--after', '2')).lines())).toEqual([3])
  })

  it('prints some types only, and moves its checkpoint past the others', async () => {
    const { world, file, follow } = await followed()
    await world.run('hold', 'other', '--reason', 'bill')
    const some = await follow('--types', 'LinkHeld, LinkReleased', '--checkpoint', file)
    expect(some.lines()).toMatchObject([{ type: 'LinkHeld', stream: 'link-other' }])
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ position: '4' })
    const { lines } = await world.run('events', '--types', 'RasErrorOccurred', '--limit', '2')
    expect(positionsOf(lines())).toEqual([1, 2])
  })

  it('goes on from its checkpoint, nothing twice and nothing left out', async () => {
    const { world, resume } = await followed()
    expect(positionsOf((await resume()).lines())).toEqual([1, 2, 3])
    await world.run('record', 'isp', 'up')
    await world.run('record', 'isp', 'down')
    expect(positionsOf((await resume()).lines())).toEqual([4, 5])
  })

  it('keeps no place behind lines that nobody read', async () => {
    const { world, file, follow } = await followed()
    world.onWritten = () => false
    expect((await follow('--checkpoint', file)).code).toBe(0)
    expect(existsSync(file)).toBe(false)
  })

  it('moves its checkpoint on while nothing matches', async () => {
    const { world, file, follow } = await followed()
    const following = follow('--link', 'isp', '--checkpoint', file)
    await following
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ position: '3' })
    await world.run('record', 'other', 'ras-error')
    const again = follow('--link', 'isp', '--checkpoint', file)
    setTimeout(() => world.signals.emit('SIGTERM', 'SIGTERM'), 20)
    expect((await again).out).toBe('')
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ position: '4' })
  })
})

describe('events --follow refuses', () => {
  it('a checkpoint of another ledger, and one whose event is gone', async () => {
    const { file, resume } = await followed()
    await resume()
    const kept = JSON.parse(readFileSync(file, 'utf8'))
    writeFileSync(file, JSON.stringify({ ...kept, ledgerId: 'other' }))
    expect(await resume()).toMatchObject({ code: 65, err: expect.stringContaining('other') })
    writeFileSync(file, JSON.stringify({ ...kept, revision: '7' }))
    expect(await resume()).toMatchObject({ code: 65, err: expect.stringContaining('older copy') })
  })

  it('a file that holds no checkpoint, and leaves it as it is', async () => {
    const { file, resume } = await followed()
    writeFileSync(file, 'dear diary')
    expect(await resume()).toMatchObject({ code: 65, err: expect.stringContaining('move it away') })
    expect(readFileSync(file, 'utf8')).toBe('dear diary')
  })

  it('a file that cannot be written', async () => {
    const { follow } = await followed()
    const file = join(newFolder(), 'missing', 'seen.json')
    expect(await follow('--checkpoint', file)).toMatchObject({ code: 73 })
  })

  it('a position behind the end of the ledger', async () => {
    const { follow } = await followed()
    expect(await follow('--after', '4')).toMatchObject({
      code: 65,
      err: expect.stringContaining('ends before position 4'),
    })
  })

  it.each([
    ['--checkpoint without --follow', ['events', '--checkpoint', 'x']],
    ['a type that there is not', ['events', '--types', 'LinkHeld,LinkHold']],
    ['no type', ['events', '--types', '']],
    ['--limit with --follow', ['events', '--follow', '--limit', '3']],
  ])('%s', async (_name, args) => {
    const { world } = await followed()
    expect((await world.run(...args)).code).toBe(64)
  })

  it('--after beside a checkpoint that says otherwise', async () => {
    const { file, follow, resume } = await followed()
    await resume()
    expect((await follow('--checkpoint', file, '--after', '1')).code).toBe(64)
  })
})
