import { Metadata, status, type StatusObject } from '@grpc/grpc-js'
import type { FakeNode } from './node'

/** How a call ends that was not let in. */
export type Refusal = Pick<StatusObject, 'code' | 'details'> & { readonly metadata?: Metadata }

/** An error that names its kind in the trailers, as clients tell errors apart. */
export const exceptional = (
  code: status,
  details: string,
  trailers: Readonly<Record<string, string>>,
): Refusal => {
  const metadata = new Metadata()
  for (const [key, value] of Object.entries(trailers)) metadata.set(key, value)
  return { code, details, metadata }
}

/** Why a call is not let in, by who calls and which node it is; undefined: it is. */
export const refusalOf = ({ faults }: FakeNode, metadata: Metadata): Refusal | undefined =>
  userRefusal(faults.users, metadata) ?? leaderRefusal(faults.leader, metadata)

const userRefusal = (
  users: ReadonlyMap<string, string> | null,
  metadata: Metadata,
): Refusal | undefined => {
  if (users === null) return undefined
  const [header] = metadata.get('authorization')
  if (header === undefined) return accessDenied
  const [, encoded = ''] = /^Basic (.*)$/u.exec(header.toString()) ?? []
  const [user = '', password] = Buffer.from(encoded, 'base64').toString('utf8').split(':')
  return users.get(user) === password
    ? undefined
    : { code: status.UNAUTHENTICATED, details: 'Bad HTTP status code: 401' }
}

const accessDenied = exceptional(status.PERMISSION_DENIED, 'Access Denied', {
  exception: 'access-denied',
})

const leaderRefusal = (
  leader: FakeNode['faults']['leader'],
  metadata: Metadata,
): Refusal | undefined =>
  leader !== null && metadata.get('requires-leader').includes('true')
    ? exceptional(status.NOT_FOUND, 'Leader info available', {
        exception: 'not-leader',
        'leader-endpoint-host': leader.host,
        'leader-endpoint-port': leader.port.toString(),
      })
    : undefined
