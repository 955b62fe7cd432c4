import { spawnSync, type ChildProcess } from 'node:child_process'
import { dialedLedger } from '../support/dialed-ledger'
import { eventually } from '../support/eventually'
import { removeFolders } from '../support/gate-world'
import { describeUnless } from '../support/real-dialers'

let first: ChildProcess | undefined

// A container that outlived a failed test would keep the test process waiting for it.
afterEach(() => first?.kill('SIGKILL'))
afterAll(removeFolders)

const container = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child']
const [file = '', ...args] = container
const obstacle =
  spawnSync(file, [...args, 'true']).status === 0 ? null : 'no pid namespace can be had here'

describeUnless(obstacle, 'two containers that share the folder of a ledger', () => {
  it('never dial a link at once, and the death of one is seen by the other', async () => {
    const { dialing, dial, events } = await dialedLedger()
    const words = ['--up-when', 'up', '--', 'sh', '-c', 'echo up; exec sleep 300']
    const { child, ended } = dialing(words, { within: container })
    first = child
    await eventually(() => events().some(({ type }) => type === 'AssociationOpened'))
    const refused = { code: 75, result: { deniedBy: [{ rule: 'connected' }] } }
    expect(await dial(['--', 'true'])).toMatchObject(refused)
    expect(events().at(-1)).not.toMatchObject({ type: 'AssociationEnded' })
    child.kill('SIGKILL')
    await ended
    const waits = { code: 75, result: { deniedBy: [{ rule: 'open-interval' }] } }
    await eventually(
      async () => (await dial(['--', 'true'])).result.deniedBy[0].rule !== 'connected',
    )
    expect(await dial(['--', 'true'])).toMatchObject(waits)
    expect(events().some(({ type }) => type === 'AssociationEnded')).toBe(true)
  })
})
