/** The server left us without an answer for longer than we wait. */
export class OwnTimeout extends Error {
  override readonly name = 'OwnTimeout'
}

/**
 * A promise's value if it comes in time. A server that is frozen leaves calls pending past every
 * deadline that they were given.
 */
export const within = async <A>(ms: number, promise: Promise<A>): Promise<A> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new OwnTimeout(`no answer within ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
