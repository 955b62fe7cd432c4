import { statSync } from 'node:fs'

/** Which file is at a path: what is written to one that was moved away is lost to all others. */
export const fileAt = (path: string): string => {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stat === undefined ? 'none' : `${stat.dev} ${stat.ino}`
}
