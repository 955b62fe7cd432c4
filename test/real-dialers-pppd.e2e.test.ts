import { spawnSync } from 'node:child_process'
import { accessSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dialedLedger, type DialWith } from './support/dialed-ledger'
import { eventually } from './support/eventually'
import { removeFolders } from './support/gate-world'
import { builtMain, ran } from './support/open-interval'
import { describeUnless, missingPrograms } from './support/real-dialers'
import { chatScript, scriptedModem, type ScriptedModem } from './support/scripted-modem'

const plugged: ScriptedModem[] = []
afterAll(async () => {
  await Promise.all(plugged.map(({ unplug }) => unplug()))
  removeFolders()
})

const pppd = (...options: ReadonlyArray<string>): ReadonlyArray<string> => [
  'pppd',
  ...[...options, '9600', 'noauth', 'local', 'nodetach', 'nopersist'],
]

const quoted = (words: ReadonlyArray<string>): string => words.map((word) => `'${word}'`).join(' ')

const hasKernelSupport = (): boolean => {
  try {
    accessSync('/dev/ppp')
    return true
  } catch {
    return false
  }
}

const notRoot = process.getuid?.() === 0 ? null : 'pppd is run as root only'
const noPppd = missingPrograms('pppd', 'chat', 'socat') ?? notRoot

/** A modem, and a ledger whose link is dialed by pppd. */
const lineWith = async (answer: string | null) => {
  const ledger = await dialedLedger()
  const modem = await scriptedModem(ledger.folder, answer)
  plugged.push(modem)
  return { ...ledger, modem }
}

describeUnless(
  noPppd ?? (hasKernelSupport() ? 'this kernel has PPP' : null),
  'the real pppd on a kernel without PPP',
  () => {
    it('dials nothing and exits 4, which is no dial and no failure (R8)', async () => {
      const { dial, events, modem } = await lineWith('CONNECT 33600')
      const words = pppd(modem.device, 'connect', `chat ${quoted(chatScript)}`)
      const refused = { started: true, origin: 'exit:pppd', reason: 'no kernel support' }
      expect(await dial(['--', ...words])).toMatchObject({ code: 4, result: refused })
      expect(events().at(-1)).toMatchObject({ type: 'DialNotStarted' })
      expect(modem.dialed).toEqual([])
    })

    it('exits 2 on a line that is not there, which is no dial either', async () => {
      const { dial, events, folder } = await lineWith(null)
      expect(await dial(['--', ...pppd(join(folder, 'none'))])).toMatchObject({ code: 2 })
      expect(events().at(-1)).toMatchObject({ type: 'DialNotStarted' })
    })
  },
)

const stageFor = (folder: string): ReadonlyArray<string> => {
  const stage = join(folder, 'dev')
  mkdirSync(stage)
  return ['unshare', '--mount', 'sh', join(__dirname, 'support/ppp-stage.sh'), stage]
}

const noStage = (): string | null =>
  spawnSync('unshare', ['--mount', 'true']).status === 0
    ? null
    : 'no mount namespace can be had for a stand-in of /dev/ppp'

describeUnless(
  noPppd ?? noStage(),
  'the real pppd, whose connect script dials (a plain file stands in for /dev/ppp)',
  () => {
    it('fails with 8 when the line is busy, and is refused within the window', async () => {
      const { dial, folder, modem } = await lineWith('BUSY')
      const how: DialWith = { within: stageFor(folder) }
      const words = ['--', ...pppd(modem.device, 'connect', `chat ${quoted(chatScript)}`)]
      const failed = { origin: 'exit:pppd', reason: 'connect script failed', up: false }
      expect(await dial(words, how)).toMatchObject({ code: 8, result: failed })
      expect(await dial(words)).toMatchObject({
        code: 75,
        result: { deniedBy: [{ rule: 'open-interval' }] },
      })
      expect(modem.dialed).toEqual(['5551234'])
    })

    it('fails with 1 when something is wrong after the call, which was a dial', async () => {
      const { dial, events, folder, modem } = await lineWith('CONNECT 33600')
      const words = ['--', ...pppd(modem.device, 'connect', `chat ${quoted(chatScript)}`)]
      expect(await dial(words, { within: stageFor(folder) })).toMatchObject({ code: 1 })
      expect(modem.dialed).toEqual(['5551234'])
      expect(events().at(-1)).toMatchObject({ type: 'ConnectionOpenFailed' })
      expect(await dial(words)).toMatchObject({
        code: 75,
        result: { deniedBy: [{ rule: 'open-interval' }] },
      })
    })

    it('asks by its connect script, which keeps the interval for it', async () => {
      const { env, events, folder, modem, store, program } = await lineWith('BUSY')
      const connect = join(folder, 'connect')
      const dial = `'${process.execPath}' '${builtMain}' dial isp --store '${store}' --oneshot`
      writeFileSync(connect, `exec ${dial} -- chat ${quoted(chatScript)}\n`)
      const within = stageFor(folder)
      const [file = '', ...args] = [...within, ...pppd(modem.device, 'connect', `sh ${connect}`)]
      const busy = await ran([file, ...args], { env })
      expect(busy).toMatchObject({ code: 8 })
      modem.answer = 'CONNECT 33600'
      expect(await ran([file, ...args], { env })).toMatchObject({ code: 8 })
      expect(modem.dialed).toHaveLength(1)
      await program('waive', 'isp', '--reason', 'test')
      // The call is answered, the kernel has no PPP, so pppd dies and the link with its owner.
      expect(await ran([file, ...args], { env })).toMatchObject({ code: 1 })
      expect(modem.dialed).toHaveLength(2)
      expect(await program('dial', 'isp', '--', 'true')).toMatchObject({ code: 75 })
      expect(events().map(({ type }) => type)).toEqual([
        ...['DialAttempted', 'DialStarted', 'ConnectionErrorOccurred', 'ConnectionOpenFailed'],
        'WindowWaived',
        ...['DialAttempted', 'DialStarted', 'AssociationOpened', 'AssociationEnded'],
      ])
    })
  },
)

describeUnless(
  noPppd ?? (hasKernelSupport() ? null : 'this kernel has no PPP (/dev/ppp)'),
  'the real pppd over a pair of pseudo terminals',
  () => {
    it('is up once its output says so, and may be stopped', async () => {
      const { dialing, events, folder } = await dialedLedger()
      const peer = join(folder, 'peer')
      writeFileSync(peer, `exec ${quoted(pppd('notty', '10.64.64.1:10.64.64.2'))}\n`)
      const words = pppd('pty', `sh ${peer}`, 'ipcp-accept-local', 'ipcp-accept-remote')
      const { child, ended } = dialing(['--up-when', 'local +IP', '--', ...words])
      await eventually(() => events().some(({ type }) => type === 'AssociationOpened'))
      child.kill('SIGTERM')
      expect(await ended).toMatchObject({ result: { up: true, reason: 'requested' } })
    })
  },
)
