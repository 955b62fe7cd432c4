import type { ChildProcess } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dialedLedger } from './support/dialed-ledger'
import { eventually } from './support/eventually'
import { newFolder, removeFolders } from './support/gate-world'
import { builtMain } from './support/open-interval'
import {
  countedPort,
  freePort,
  madeCertificates,
  openvpnClient,
  openvpnServer,
  rejectedPassword,
} from './support/openvpn-pair'
import { describeUnless, missingPrograms } from './support/real-dialers'

const missing = missingPrograms('openvpn', 'openssl')
const folder = newFolder()
const servers: ChildProcess[] = []
const ports: Array<{ readonly close: () => void }> = []

beforeAll(() => {
  if (missing === null) madeCertificates(folder)
})

afterAll(() => {
  servers.forEach((server) => server.kill('SIGKILL'))
  ports.forEach((port) => port.close())
  removeFolders()
})

/** A server, and a port in front of it that counts the dials. */
const served = async (options?: ReadonlyArray<string>) => {
  const { port, child } = await openvpnServer(folder, options)
  servers.push(child)
  const counted = await countedPort(port)
  ports.push(counted)
  return counted
}

const once = ['--connect-retry-max', '1']
const closed = { code: 75, result: { deniedBy: [{ rule: 'open-interval' }] } }

describeUnless(missing, 'the real openvpn', () => {
  it('that nobody answers has failed, and is dialed again when the interval is over', async () => {
    const { dial, verdict } = await dialedLedger(2)
    const words = ['--', ...openvpnClient(folder, await freePort()), ...once]
    const first = await dial(words)
    expect(first.err).toContain("'--remap-usr1 SIGTERM' is added")
    // openvpn itself says 0; that is no success.
    const failed = { code: 0, result: { started: true, up: false, origin: 'exit:openvpn' } }
    expect(first).toMatchObject(failed)
    expect(await dial(['--wait', '--redials-itself', ...words])).toMatchObject({
      code: 1,
      result: { reason: 'openvpn gave up; its log says why' },
    })
    expect(await verdict()).toMatchObject({ dials: 2, broken: 0, kept: 2 })
  })

  it('that its server rejects has failed', async () => {
    const { dial } = await dialedLedger()
    const { check } = rejectedPassword(folder)
    const rejecting = ['--script-security', '2', '--tls-verify', check]
    const server = await served(['--dev', 'null', '--tls-server', ...rejecting])
    const rejected = { code: 0, result: { up: false, origin: 'exit:openvpn' } }
    const words = ['--', ...openvpnClient(folder, server.port), ...once]
    expect(await dial(words)).toMatchObject(rejected)
    expect(await dial(words)).toMatchObject(closed)
    expect(server.connections()).toBe(1)
  })

  it('that loses its session ends, abnormally and without another dial (R1, R6)', async () => {
    const { dialing, dial, events } = await dialedLedger()
    const server = await served()
    const up = ['--up-when', 'Initialization Sequence Completed', '--']
    const words = [...up, ...openvpnClient(folder, server.port), ...once]
    const { ended } = dialing(words)
    await eventually(() => events().some(({ type }) => type === 'AssociationOpened'))
    server.drop()
    expect(await ended).toMatchObject({ code: 0, result: { up: true, origin: 'exit:openvpn' } })
    const [end] = events().slice(-1)
    expect(end).toMatchObject({ type: 'AssociationEnded', data: { abnormal: true } })
    expect(await dial(words)).toMatchObject(closed)
    expect(server.connections()).toBe(1)
  })

  it('that its own script reports up is ended by a HUP, which would make it dial anew', async () => {
    const { dialing, events, store, folder: own } = await dialedLedger()
    const program = `#!/bin/sh\nexec '${process.execPath}' '${builtMain}' "$@"\n`
    writeFileSync(join(own, 'open-interval'), program, { mode: 0o755 })
    const hook = `/bin/sh ${join(__dirname, '../docs/recipes/openvpn-up.sh')}`
    const server = await served()
    const { child, ended } = dialing([
      ...['--', ...openvpnClient(folder, server.port), ...once, '--script-security', '2'],
      ...['--up-delay', '--up', hook, '--setenv', 'OI_LINK', 'isp', '--setenv', 'PATH', own],
      ...['--setenv', 'OI_ATTEMPT', '{attempt}', '--setenv', 'OPEN_INTERVAL_STORE', store],
    ])
    await eventually(() => events().some(({ type }) => type === 'AssociationOpened'))
    expect(events().at(-1)).toMatchObject({ data: { proof: 'record' } })
    child.kill('SIGHUP')
    expect(await ended).toMatchObject({ code: 0, result: { up: true, reason: 'requested' } })
    expect(server.connections()).toBe(1)
  })
})

const noTunnel =
  process.getuid?.() === 0 && existsSync('/dev/net/tun') ? null : 'needs root and /dev/net/tun'

describeUnless(missing ?? noTunnel, 'the real openvpn with a wrong password', () => {
  it('exits 0, which is a failure all the same', async () => {
    const { dial, events } = await dialedLedger()
    const { password, check } = rejectedPassword(folder)
    const quiet = ['--ifconfig-noexec', '--route-noexec']
    const server = await served([
      ...['--dev', 'tun', '--mode', 'server', '--tls-server', ...quiet],
      ...['--server', '10.99.0.0', '255.255.255.0', '--script-security', '2'],
      ...['--auth-user-pass-verify', check, 'via-file'],
    ])
    const client = ['--dev', 'tun', '--client', ...quiet, '--auth-user-pass', password]
    const words = ['--', ...openvpnClient(folder, server.port, client), ...once]
    expect(await dial(words)).toMatchObject({ code: 0, result: { up: false } })
    expect(events().at(-1)).toMatchObject({ type: 'ConnectionOpenFailed' })
    expect(await dial(words)).toMatchObject(closed)
  })
})
