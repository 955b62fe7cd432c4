import type { DialerSaid } from '../ports/dialer-host'

/** What is recorded of a call that returned: whether that is normal, its up decides (R6). */
export const callReturned: DialerSaid = {
  started: true,
  normal: true,
  origin: 'library',
  code: null,
  reason: 'returned',
}

const noDial: unique symbol = Symbol('no dial took place')

/**
 * An error to throw from a guarded call in which nothing was dialed: no modem, port busy. It waits
 * `notStartedWaitSec` (R8). Thrown once something was dialed it is a failure like any other after
 * up; before up it is believed, so use it with care.
 */
export const noDialTookPlace = (why: string, code: number | null = null): Error =>
  Object.assign(new Error(why), { code, [noDial]: true })

/** What is recorded of what a call threw. Codes that are words become part of the origin. */
export const callFailureOf = (cause: unknown): DialerSaid => {
  const code = fieldOf(cause, 'code')
  return {
    started: !(typeof cause === 'object' && cause !== null && noDial in cause),
    normal: false,
    origin: originOf(code),
    code: [code, fieldOf(cause, 'errno')].find(isCode) ?? null,
    reason: reasonOf(cause),
  }
}

const fieldOf = (cause: unknown, name: 'code' | 'errno' | 'message'): unknown =>
  typeof cause === 'object' && cause !== null && name in cause
    ? Reflect.get(cause, name)
    : undefined

const isCode = (value: unknown): value is number => Number.isSafeInteger(value)

const originOf = (code: unknown): string =>
  typeof code === 'string' && /^\w{1,40}$/u.test(code) ? `library:${code}` : 'library'

const reasonLengthMax = 200

/** Half a letter, or a zero, could not be stored, and the end of the attempt must be. */
const reasonOf = (cause: unknown): string =>
  String(fieldOf(cause, 'message') ?? cause)
    .slice(0, reasonLengthMax)
    .replaceAll(/\p{Cs}|\p{Cc}/gu, ' ')
