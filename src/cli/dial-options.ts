import * as E from 'fp-ts/Either'
import type { OwnerProcess } from '../../domain/events'
import { dialerKindOf, dialerKinds, type DialerKind } from '../application/dialer-kinds'
import { addedOptionsOf, manyDialsOf } from '../application/one-dial-per-grant'
import type { UpRule } from '../application/up-rule'
import { cliFailure, type CliFailure } from './cli-parts'
import { exitCodes } from './exit-codes'
import type { LedgerOptions } from './run-command'

/** The options of `dial`, as they were typed. */
export type DialFlags = LedgerOptions & {
  readonly wait?: boolean
  readonly maxWait?: string
  readonly upWhen?: string
  readonly oneshot?: boolean
  readonly owner?: string
  readonly session?: boolean
  readonly dialer?: string
  readonly redialsItself?: boolean
  readonly result?: string
}

/** What the options come to. */
export type DialSettings = {
  readonly kind: DialerKind
  readonly upRule: UpRule
  readonly wait: { readonly maxSec: number | null } | null
  readonly redialsItself: boolean
  /** What keeps the command one dial, to be added to its arguments. */
  readonly addedOptions: ReadonlyArray<string>
}

/** The process with a pid, or without one the nearest ancestor that is no shell. */
export type OwnerOf = (pid: number | null) => OwnerProcess | null

type Command = readonly [name: string, ...args: ReadonlyArray<string>]

/** Reads the options of `dial`, or tells what is wrong with them or with the command. */
export const dialSettings = (
  flags: DialFlags,
  command: Command,
  ownerOf: OwnerOf,
): E.Either<CliFailure, DialSettings> => {
  const kind = kindOf(flags, command[0])
  if (kind === null) {
    return usage(`--dialer takes ${dialerKinds.join(', ')}, not '${flags.dialer ?? ''}'`)
  }
  const isOneshot = flags.oneshot === true
  const many = manyDialsOf({ kind, command, isOneshot })
  if (many !== null && flags.redialsItself !== true) {
    return usage(
      `one grant is one dial, and ${many.why}: add ${many.add}; --redials-itself allows it as it is`,
    )
  }
  const upRule = upRuleOf(flags, kind, ownerOf)
  if (E.isLeft(upRule)) return upRule
  const maxSec = flags.maxWait === undefined ? null : Number(flags.maxWait)
  if (maxSec !== null && !(Number.isFinite(maxSec) && maxSec >= 0 && flags.maxWait !== '')) {
    return usage(`--max-wait takes seconds, not '${flags.maxWait ?? ''}'`)
  }
  const wait = flags.wait === true || maxSec !== null ? { maxSec } : null
  const redialsItself = flags.redialsItself === true
  const addedOptions = redialsItself ? [] : addedOptionsOf({ kind, command, isOneshot })
  return E.right({ kind, upRule: upRule.right, wait, redialsItself, addedOptions })
}

const kindOf = ({ dialer }: DialFlags, command: string): DialerKind | null =>
  dialer === undefined
    ? dialerKindOf(command)
    : (dialerKinds.find((kind) => kind === dialer) ?? null)

const upRuleOf = (
  flags: DialFlags,
  kind: DialerKind,
  ownerOf: OwnerOf,
): E.Either<CliFailure, UpRule> => {
  const { upWhen, oneshot = false, session = false, owner } = flags
  if ([upWhen !== undefined, oneshot, session].filter((isGiven) => isGiven).length > 1) {
    return usage('--up-when, --oneshot and --session exclude each other')
  }
  if (owner !== undefined && !oneshot) return usage('--owner goes with --oneshot only')
  if (oneshot) return oneshotRule(owner, ownerOf)
  if (upWhen === undefined) return E.right(session ? { _tag: 'Session' } : { _tag: 'Alive' })
  return kind === 'chat'
    ? usage('--up-when would take the modem away from chat; use --oneshot')
    : outputRule(upWhen)
}

const oneshotRule = (owner: string | undefined, ownerOf: OwnerOf): E.Either<CliFailure, UpRule> => {
  if (owner === undefined) return E.right({ _tag: 'Oneshot', owner: ownerOf(null) })
  const found = /^[1-9]\d{0,9}$/u.test(owner) ? ownerOf(Number(owner)) : null
  return found === null
    ? usage(`--owner takes the pid of a living process, not '${owner}'`)
    : E.right({ _tag: 'Oneshot', owner: found })
}

const outputRule = (source: string): E.Either<CliFailure, UpRule> => {
  try {
    return E.right({ _tag: 'Output', pattern: new RegExp(source, 'u') })
  } catch (error) {
    return usage(`--up-when: ${error instanceof Error ? error.message : String(error)}`)
  }
}

const usage = (message: string): E.Either<CliFailure, never> =>
  E.left(cliFailure(exitCodes.usage, message))
