import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createLedger } from '../../src/open-ledger'
import type { Json } from '../support/cli-world'
import { eventually } from '../support/eventually'
import { newFolder, removeFolders } from '../support/gate-world'
import { ledgerEvents } from '../support/ledger-events'
import { builtMain, programOn, ran } from '../support/open-interval'

afterAll(removeFolders)

const recipe = (name: string): string => join(__dirname, '../../docs/recipes', name)

/** A ledger, and a PATH with the program and stand-ins of what the scripts run. */
const place = async () => {
  const folder = newFolder()
  const ledger = join(folder, 'ledger.db')
  const run = programOn(ledger)
  await createLedger(ledger)
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  const program = (name: string, script: string): void =>
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  program('open-interval', `exec '${process.execPath}' '${builtMain}' "$@"`)
  const env = { OPEN_INTERVAL_STORE: ledger, PATH: `${bin}:${process.env['PATH'] ?? ''}`, folder }
  const script = (name: string, args: ReadonlyArray<string>, more: Record<string, string> = {}) =>
    ran(['sh', recipe(name), ...args], { env: { ...env, ...more } })
  const events = (link?: string) => ledgerEvents(ledger, link)
  return { folder, run, env, program, script, events }
}

const lastOf = (items: ReadonlyArray<Json>): Json => items.at(-1)

describe('the hooks of pppd', () => {
  const arguments6 = (ipparam: string) =>
    ['ppp0', 'ttyS1', '38400', '192.0.2.1', '192.0.2.2'].concat(ipparam)

  it('report a supervised pppd up, so that its idle time-out is a normal end', async () => {
    const { run, env, events } = await place()
    const hook = `sh '${recipe('pppd-ip-up.sh')}' ${arguments6('"isp $OPEN_INTERVAL_ATTEMPT"').join(' ')}`
    const words = ['--dialer', 'pppd', '--', 'sh', '-c', `${hook}; exit 12`, 'pppd']
    const program = [process.execPath, builtMain, 'dial', 'isp', ...words] as const
    expect(await ran([...program, 'nodetach', 'nopersist'], { env })).toMatchObject({ code: 12 })
    expect(events().slice(2)).toMatchObject([
      { type: 'AssociationOpened', data: { proof: 'record' } },
      { type: 'AssociationEnded', data: { abnormal: false, code: 12 } },
    ])
    expect(await run('dial', 'isp', '--', 'true')).toMatchObject({ code: 0 })
  })

  it('report the end of a link that pppd dialed by its connect script, as abnormal', async () => {
    const { run, script, events } = await place()
    await run('dial', 'isp', '--oneshot', '--owner', String(process.pid), '--', 'true')
    expect(await script('pppd-ip-down.sh', arguments6('isp other'))).toMatchObject({ code: 0 })
    expect(lastOf(events())).toMatchObject({ type: 'AssociationOpened' })
    expect(await script('pppd-ip-down.sh', arguments6('isp'))).toMatchObject({ code: 0 })
    expect(lastOf(events())).toMatchObject({
      type: 'AssociationEnded',
      data: { abnormal: true },
    })
    expect(await run('dial', 'isp', '--', 'true')).toMatchObject({ code: 75 })
  })
})

/** Plays nmcli, mmcli and swanctl: connects as `$connect` says, and tells `$state`. */
const connectionManager = `
echo "$*" >>"$log"
case $* in
  *'connection up'* | *--simple-connect* | *--initiate*) exit "$connect" ;;
  *--get-values* | *--output-keyvalue* | *--list-sas*) echo "$state" ;;
esac`

describe('a session that a connection manager keeps', () => {
  it.each([
    ['nm-session.sh', 'nmcli', 'activated', 'connection down id isp'],
    ['mm-session.sh', 'mmcli', 'modem.generic.state  : connected', '--modem isp --simple-disc'],
    ['ike-session.sh', 'swanctl', 'isp: #1, ESTABLISHED, IKEv2', '--terminate --ike isp'],
  ])('is one dial: %s', async (name, command, connected, hangsUp) => {
    const { folder, env, program, events } = await place()
    program(command, connectionManager)
    const dialing = (link: string, answers: { connect: string; state: string }) => {
      const log = join(folder, `${link}.log`)
      const words = ['dial', link, '--up-when', '^up$', '--', 'sh', recipe(name), 'isp', 'apn=x']
      const child = spawn(process.execPath, [builtMain, ...words], {
        env: { ...env, ...answers, log },
        stdio: 'ignore',
      })
      const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
      return { child, ended, said: () => readFileSync(log, 'utf8') }
    }
    const refused = dialing('refused', { connect: '4', state: '' })
    const lost = dialing('lost', { connect: '0', state: 'gone' })
    const kept = dialing('kept', { connect: '0', state: connected })
    expect(await Promise.all([refused.ended, lost.ended])).toEqual([1, 1])
    expect(refused.said()).toContain(hangsUp)
    expect(lastOf(events('refused'))).toMatchObject({ type: 'ConnectionOpenFailed' })
    expect(lastOf(events('lost'))).toMatchObject({
      type: 'AssociationEnded',
      data: { abnormal: true },
    })
    await eventually(() => lastOf(events('kept'))?.type === 'AssociationOpened')
    kept.child.kill('SIGTERM')
    expect(await kept.ended).toBe(143)
    expect(kept.said()).toContain(hangsUp)
    expect(lastOf(events('kept'))).toMatchObject({
      type: 'AssociationEnded',
      data: { abnormal: false, reason: 'requested' },
    })
  })
})

describe('the dispatcher script of NetworkManager', () => {
  it('notes what came up and went down, so that a request waits and the audit knows', async () => {
    const { run, script, events } = await place()
    const connection = { CONNECTION_ID: 'isp', DEVICE_IFACE: 'wwan0' }
    const notes = (action: string, env: Record<string, string>) =>
      script('nm-dispatcher.sh', ['wwan0', action], env)
    expect(await notes('up', connection)).toMatchObject({ code: 0 })
    expect(await notes('dhcp4-change', connection)).toMatchObject({ code: 0, out: '' })
    expect(await notes('hostname', {})).toMatchObject({ code: 0, out: '' })
    expect(await notes('down', connection)).toMatchObject({ code: 0 })
    expect(events().map(({ type }) => type)).toEqual(['DialObserved', 'AssociationEnded'])
    expect(await run('grant', 'isp')).toMatchObject({ code: 75 })
    expect((await run('audit', '--json')).json().totals).toMatchObject({ ungated: 1 })
  })
})

describe('rasdial through grant and settle', () => {
  const dialed = (name: string) => `echo "$*" >>"$folder/dialed"; ${name}`

  it('settles with the error that was printed, and does not dial in the window', async () => {
    const { folder, script, program, events } = await place()
    // What WSL makes of 629.
    program('rasdial.exe', dialed("echo 'Remote Access error 629 - The port was ...'; exit 117"))
    expect(await script('rasdial.sh', ['isp', 'My ISP', 'user'])).toMatchObject({ code: 117 })
    expect(lastOf(events())).toMatchObject({
      type: 'ConnectionOpenFailed',
      data: { code: 629 },
    })
    expect(await script('rasdial.sh', ['isp', 'My ISP'])).toMatchObject({ code: 75 })
    expect(readFileSync(join(folder, 'dialed'), 'utf8')).toBe('My ISP user\n')
  })

  it('leaves a link up that is connected', async () => {
    const { script, program, events, run } = await place()
    program('rasdial.exe', dialed('echo Successfully connected to My ISP.'))
    expect(await script('rasdial.sh', ['isp', 'My ISP'])).toMatchObject({ code: 0 })
    expect(lastOf(events())).toMatchObject({ type: 'AssociationOpened' })
    expect((await run('status', '--json')).json().links).toMatchObject([{ phase: 'connected' }])
  })

  it('does not dial on a grant that is void', async () => {
    const { folder, script, program, events } = await place()
    program('rasdial.exe', dialed('true'))
    // Five seconds later, as far as the script can see.
    const slow = `r=$('${process.execPath}' '${builtMain}' "$@"); c=$?; echo "$r" | sed 's/"startByUptimeSec":[0-9]*/"startByUptimeSec":1/'; exit $c`
    program('open-interval', slow)
    expect(await script('rasdial.sh', ['isp', 'My ISP'])).toMatchObject({ code: 75 })
    expect(lastOf(events())).toMatchObject({ type: 'DialNotStarted' })
    expect(() => readFileSync(join(folder, 'dialed'))).toThrow('ENOENT')
  })
})

describe('the alert', () => {
  it('tells of a link that is held, and of a ledger that is gone', async () => {
    const { folder, script, run } = await place()
    expect(await script('alert.sh', ['cat'])).toMatchObject({ code: 0, out: '' })
    await run('hold', 'isp', '--new', '--reason', 'unpaid bill')
    const held = await script('alert.sh', ['cat'])
    expect(held.code).toBe(1)
    expect(held.out).toContain('isp: held')
    const gone = { OPEN_INTERVAL_STORE: join(folder, 'none.db') }
    const missing = await script('alert.sh', ['cat'], gone)
    expect(missing).toMatchObject({ code: 69 })
    expect(missing.out).toContain('exited 69')
  })
})
