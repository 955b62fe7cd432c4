import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { createServer, connect, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'
import { writeFileSync } from 'node:fs'

/** Keys and certificates of one authority, a server and a client, made by openssl in a folder. */
export const madeCertificates = (folder: string): void => {
  const openssl = (...args: ReadonlyArray<string>): void => {
    execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' })
  }
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  openssl('req', '-x509', ...key, '-subj', '/CN=ca', '-keyout', 'ca.key', '-out', 'ca.crt')
  for (const name of ['server', 'client']) {
    const files = ['-keyout', `${name}.key`, '-out', `${name}.csr`]
    openssl('req', ...key, '-subj', `/CN=${name}`, ...files)
    const signed = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial']
    openssl('x509', '-req', '-in', `${name}.csr`, ...signed, '-out', `${name}.crt`)
  }
}

const identity = (folder: string, name: string): ReadonlyArray<string> => [
  ...['--ca', join(folder, 'ca.crt'), '--cert', join(folder, `${name}.crt`)],
  ...['--key', join(folder, `${name}.key`)],
]

/** A client of the port of a server on this host, which makes no tunnel unless `device` says so. */
export const openvpnClient = (
  folder: string,
  port: number,
  device: ReadonlyArray<string> = ['--dev', 'null', '--tls-client'],
): ReadonlyArray<string> => [
  ...['openvpn', ...device, '--nobind', '--proto', 'tcp-client'],
  ...['--remote', '127.0.0.1', String(port), ...identity(folder, 'client')],
]

/** A server of one client on this host's loopback; it is up once it listens. */
export const openvpnServer = async (
  folder: string,
  options: ReadonlyArray<string> = ['--dev', 'null', '--tls-server'],
): Promise<{ readonly port: number; readonly child: ChildProcess }> => {
  const port = await freePort()
  const words = [
    ...[...options, '--dh', 'none', '--proto', 'tcp-server', '--lport', String(port)],
    ...['--local', '127.0.0.1', ...identity(folder, 'server')],
  ]
  const child = spawn('openvpn', words, { stdio: ['ignore', 'pipe', 'ignore'] })
  await new Promise<void>((resolve, reject) => {
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes('Listening for incoming TCP')) resolve()
    })
    child.once('exit', () => reject(new Error(`openvpn did not listen: ${said}`)))
  })
  return { port, child }
}

/** A port in front of another one, which counts who comes and can drop them. */
export const countedPort = async (behind: number) => {
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer((client) => {
    connections += 1
    const onward = connect(behind, '127.0.0.1')
    for (const socket of [client, onward]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
    }
    client.pipe(onward).pipe(client)
    client.once('close', () => onward.destroy())
    onward.once('close', () => client.destroy())
  })
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return {
    port: portOf(server.address()),
    connections: () => connections,
    drop: () => sockets.forEach((socket) => socket.destroy()),
    close: () => void server.close(),
  }
}

/** A port of the loopback that nobody listens on. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const port = portOf(server.address())
  await new Promise((resolve) => server.close(resolve))
  return port
}

const portOf = (address: AddressInfo | string | null): number =>
  typeof address === 'object' && address !== null ? address.port : 0

/** A file that holds a user's name and password, and a script that rejects every one. */
export const rejectedPassword = (folder: string) => {
  const [password, check] = [join(folder, 'password'), join(folder, 'reject')]
  writeFileSync(password, 'user\npassword\n', { mode: 0o600 })
  writeFileSync(check, '#!/bin/sh\nexit 1\n', { mode: 0o755 })
  return { password, check }
}
