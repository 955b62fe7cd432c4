import * as E from 'fp-ts/Either'
import { pipe } from 'fp-ts/function'
import type { BadConnection, Connection, Endpoint } from './connection'
import { settingsIn, type ParsedSettings } from './connection-settings'

const usualPort = 2113
const portMax = 65_535

/**
 * The connection that a text stands for. The client itself prints a warning about a key that it does
 * not know and goes on without it, sends no password over an insecure connection and stumbles over
 * IPv6 addresses: what would not do what it says is an error here.
 */
export const parseConnection = (text: string): E.Either<BadConnection, Connection> => {
  const [, scheme, credentials, hosts = '', path = '', query = ''] =
    /^(esdb|esdb\+discover):\/\/(?:([^@]*)@)?([^/?]*)(\/[^?]*)?(?:\?(.*))?$/su.exec(text) ?? []
  if (scheme === undefined) {
    return bad('no connection string', 'write esdb://HOST:2113?tls=false, or esdb+discover://NAME')
  }
  if (path !== '' && path !== '/') return bad(`${path} means nothing here`, 'leave it out')
  const discover = scheme === 'esdb+discover'
  return pipe(
    E.Do,
    E.bind('settings', () => settingsIn(query)),
    E.bind('user', () => userIn(credentials)),
    E.bind('endpoints', () => endpointsIn(hosts, discover)),
    E.flatMap(({ settings, user, endpoints }) =>
      fitting({ text, discover, endpoints, user, ...settings }),
    ),
  )
}

/** The text without the password. */
const shownOf = (text: string): string => text.replace(/^([^/]*\/\/[^:@/?]*):[^@]*@/u, '$1:***@')

const fitting = (
  parsed: Omit<Connection, 'shown'> & ParsedSettings,
): E.Either<BadConnection, Connection> => {
  if (!parsed.tls && parsed.user !== null) {
    return bad(
      'a user and password are not sent over an insecure connection',
      'leave tls=false out, or the user; an insecure server asks nobody who they are',
    )
  }
  return !parsed.tls && parsed.caFile !== null
    ? bad(
        'tlsCAFile says nothing about an insecure connection',
        'leave tls=false out, or tlsCAFile',
      )
    : E.right({ ...parsed, shown: shownOf(parsed.text) })
}

const userIn = (credentials: string | undefined): E.Either<BadConnection, Connection['user']> => {
  if (credentials === undefined) return E.right(null)
  const [username = '', password = '', ...rest] = credentials.split(':')
  const next = 'write USER:PASSWORD@HOST, with : / @ and % in either as %3A %2F %40 and %25'
  if (username === '' || password === '' || rest.length > 0)
    return bad('no user and password', next)
  return E.tryCatch(
    () => ({ username: decodeURIComponent(username), password: decodeURIComponent(password) }),
    () => ({ _tag: 'BadConnection', why: 'a % that begins no code', next }),
  )
}

const endpointsIn = (
  hosts: string,
  discover: boolean,
): E.Either<BadConnection, Connection['endpoints']> => {
  if (hosts.includes('[') || hosts.split(',').some((host) => host.split(':').length > 2)) {
    return bad('an IPv6 address is not understood', 'write a host name that stands for it')
  }
  const endpoints: Endpoint[] = []
  for (const host of hosts.split(',')) {
    const [, address, digits] = /^([^\s:]+)(?::(\d{1,5}))?$/u.exec(host) ?? []
    const port = digits === undefined ? usualPort : Number(digits)
    if (address === undefined || port < 1 || port > portMax) {
      return bad(`${JSON.stringify(host)} is no host`, 'write HOST:PORT, several with commas')
    }
    endpoints.push({ address, port })
  }
  const [first, ...rest] = endpoints
  if (first === undefined) return bad('no host', 'write HOST:PORT')
  return discover && rest.length > 0
    ? bad(
        'esdb+discover looks up one name',
        `write esdb://${hosts} to ask these nodes for the leader`,
      )
    : E.right([first, ...rest])
}

const bad = (why: string, next: string): E.Either<BadConnection, never> =>
  E.left({ _tag: 'BadConnection', why, next })
