import * as E from 'fp-ts/Either'

/** A fixed offset from UTC. Never a zone's rules: an export shows every record in one bias. */
export type LogZone = { readonly name: string; readonly minutes: number }

/** The offset that a log is read with when nobody states one. */
export const assumedZone: LogZone = { name: '+00:00', minutes: 0 }

/** Farthest offset in use: UTC+14. */
const minutesMax = 14 * 60

/** Gives the offset of a text such as `+02:00`, `-0500` or `Z`; Left: what it should look like. */
export const parseLogZone = (text: string): E.Either<string, LogZone> => {
  if (/^(?:z|utc)$/i.test(text)) return E.right(assumedZone)
  const [, sign, hours = '', minutes = ''] = /^([+-])(\d{2}):?(\d{2})$/.exec(text) ?? []
  const total = Number(hours) * 60 + Number(minutes)
  if (sign === undefined || Number(minutes) > 59 || total > minutesMax) {
    return E.left(`${text} is no fixed offset; write it as +01:00 or -05:00`)
  }
  const isNegative = sign === '-' && total > 0
  const name = `${isNegative ? '-' : '+'}${hours}:${minutes}`
  return E.right({ name, minutes: isNegative ? -total : total })
}
