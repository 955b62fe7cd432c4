import * as E from 'fp-ts/Either'
import { siteLedgerStream, sitePolicyStream } from '../../../domain/events'
import type { EventStore } from '../../ports/event-store'
import { clientHolder, type ClientHolder } from './client-holder'
import type { Connection } from './connection'
import { messageOf } from './failure'
import { within } from './own-timer'
import { parseConnection } from './parse-connection'
import { usualPatience } from './store-parts'

/** Something about the server that a ledger is on, and how much it endangers its promises. */
export type ServerFinding = {
  readonly check: string
  readonly level: 'ok' | 'warning' | 'danger'
  readonly what: string
  readonly next: string | null
}

/** Most links whose metadata are looked at: each is a read of its own. */
const linksMax = 500

/** Looks at how a server is reached, and at streams that are to lose their start. */
export const examineLedgerServer = async (
  address: string,
  store: EventStore,
): Promise<ReadonlyArray<ServerFinding>> => {
  const connection = parseConnection(address)
  if (E.isLeft(connection)) return []
  const links = await store.streams('link')()
  const names = E.isRight(links) ? links.right.slice(0, linksMax) : []
  const clients = clientHolder(connection.right)
  try {
    const streams = [siteLedgerStream, sitePolicyStream, ...names]
    const shortened = await shortenedAmong(clients, streams)
    return [
      transportFinding(connection.right),
      nodesFinding(connection.right),
      ...(shortened.length > 0 ? shortened : [wholeFinding(streams.length)]),
    ]
  } catch (cause) {
    return [unreadFinding(messageOf(cause))]
  } finally {
    await clients.close()
  }
}

const transportFinding = ({ tls, user }: Connection): ServerFinding => {
  if (!tls) {
    return {
      check: 'tls',
      level: 'warning',
      what: 'the connection is not encrypted, and the server asks nobody who they are',
      next: 'use TLS and a user, or let nobody else reach the server',
    }
  }
  return user === null
    ? { check: 'tls', level: 'warning', what: 'TLS without a user', next: 'name a user of its own' }
    : { check: 'tls', level: 'ok', what: `TLS, as ${user.username}`, next: null }
}

const nodesFinding = ({ discover, endpoints }: Connection): ServerFinding =>
  discover || endpoints.length > 1
    ? { check: 'cluster', level: 'ok', what: 'the leader is asked for', next: null }
    : {
        check: 'cluster',
        level: 'ok',
        what: 'one node: while it is away nothing is dialed',
        next: null,
      }

const wholeFinding = (count: number): ServerFinding => ({
  check: 'streams',
  level: 'ok',
  what: `${count} streams keep their start`,
  next: null,
})

const unreadFinding = (why: string): ServerFinding => ({
  check: 'streams',
  level: 'warning',
  what: `their metadata cannot be read: ${why}`,
  next: 'let this user read the metadata of the streams',
})

const shortenedAmong = async (
  { current }: ClientHolder,
  streams: ReadonlyArray<string>,
): Promise<ReadonlyArray<ServerFinding>> => {
  const client = await current()
  const findings: ServerFinding[] = []
  for (const stream of streams) {
    const { metadata } = await within(
      usualPatience.readMs,
      client.getStreamMetadata(stream, { requiresLeader: true }),
    )
    const { maxCount, maxAge, truncateBefore } = metadata ?? {}
    const limits = Object.entries({
      $maxCount: maxCount,
      $maxAge: maxAge,
      $tb: truncateBefore,
    }).filter(([, value]) => value !== undefined && Number(value) !== 0)
    if (limits.length > 0) findings.push(shortenedFinding(stream, limits))
  }
  return findings
}

const shortenedFinding = (
  stream: string,
  limits: ReadonlyArray<readonly [string, unknown]>,
): ServerFinding => ({
  check: 'streams',
  level: 'danger',
  what: `${stream} loses its start by ${limits.map(([key, value]) => `${key} ${String(value)}`).join(', ')}: its links are refused`,
  next: 'take these out of the metadata of the stream before the server is scavenged',
})
