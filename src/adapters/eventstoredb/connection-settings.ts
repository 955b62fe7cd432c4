import * as E from 'fp-ts/Either'
import type { BadConnection, Connection, ConnectionSettings } from './connection'

/** What the part of a connection string after the question mark says. */
export type ParsedSettings = Pick<Connection, 'tls' | 'caFile' | 'settings'>

type Setting = (value: string) => E.Either<string, Partial<Draft>>

type Draft = { readonly tls: boolean; readonly caFile: string | null } & ConnectionSettings

const numberFrom =
  (name: keyof ConnectionSettings, least: number): Setting =>
  (value) =>
    /^\d{1,9}$/u.test(value) && Number(value) >= least
      ? E.right({ [name]: Number(value) })
      : E.left(`write a whole number, at least ${least}`)

const truth: Setting = (value) =>
  value === 'true' || value === 'false'
    ? E.right({ tls: value === 'true' })
    : E.left('write tls=true or tls=false')

const refused =
  (instead: string): Setting =>
  () =>
    E.left(instead)

/** The client warns of less, and asks more often than a server needs to show that it is there. */
const keepAliveLeastMs = 10_000

const userCertificates = 'name a user and a password: certificates of users are not supported'

/** Every key that the client knows, in lower case: what it does here, or what to write instead. */
const known: ReadonlyMap<string, Setting> = new Map([
  ['tls', truth],
  ['tlscafile', (value) => E.right({ caFile: value })],
  ['connectionname', (value) => E.right({ connectionName: value })],
  ['maxdiscoverattempts', numberFrom('maxDiscoverAttempts', 1)],
  ['discoveryinterval', numberFrom('discoveryInterval', 1)],
  ['gossiptimeout', numberFrom('gossipTimeout', 1)],
  ['keepaliveinterval', numberFrom('keepAliveInterval', keepAliveLeastMs)],
  ['keepalivetimeout', numberFrom('keepAliveTimeout', 1)],
  [
    'nodepreference',
    (value) =>
      value.toLowerCase() === 'leader'
        ? E.right({})
        : E.left('leave it out: grants need the leader'),
  ],
  ['throwonappendfailure', refused('leave it out: a conflict is never taken for success')],
  ['defaultdeadline', refused('leave it out: every call has a timer of our own')],
  ['tlsverifycert', refused('name the authority with tlsCAFile=FILE instead')],
  ['usercertfile', refused(userCertificates)],
  ['userkeyfile', refused(userCertificates)],
])

const names = [
  'tls',
  'tlsCAFile',
  'connectionName',
  'maxDiscoverAttempts',
  'discoveryInterval',
  'gossipTimeout',
  'keepAliveInterval',
  'keepAliveTimeout',
]

/** The settings in a query; each key once, in any case. */
export const settingsIn = (query: string): E.Either<BadConnection, ParsedSettings> => {
  let draft: Draft = { tls: true, caFile: null }
  const seen = new Set<string>()
  for (const part of query.split('&').filter((text) => text !== '')) {
    const [key = '', ...rest] = part.split('=')
    const name = key.toLowerCase()
    if (seen.has(name)) return bad(`${key} twice`, 'give it once')
    seen.add(name)
    const setting = known.get(name)
    if (setting === undefined) return bad(`${key} is unknown`, `known are ${names.join(', ')}`)
    const value = decoded(rest.join('='))
    if (value === '') return bad(`${key} has no value`, `write ${key}=VALUE`)
    const set = setting(value)
    if (E.isLeft(set)) return bad(`${key}=${value}`, set.left)
    draft = { ...draft, ...set.right }
  }
  const { tls, caFile, ...settings } = draft
  return E.right({ tls, caFile, settings })
}

const decoded = (text: string): string =>
  E.getOrElse(() => text)(
    E.tryCatch(
      () => decodeURIComponent(text),
      () => undefined,
    ),
  )

const bad = (why: string, next: string): E.Either<BadConnection, never> =>
  E.left({ _tag: 'BadConnection', why, next })
