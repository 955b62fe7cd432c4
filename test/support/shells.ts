import { accessSync, realpathSync } from 'node:fs'
import type { Shell } from '../../src/adapters/linux/spawn-launcher'

/** The shells that launcher and guard must run under, with the name to show. */
const candidates: ReadonlyArray<readonly [name: string, shell: Shell]> = [
  ['dash', ['/usr/bin/dash']],
  ['bash', ['/usr/bin/bash', '--posix']],
  ['busybox', ['/usr/bin/busybox', 'sh']],
]

const isThere = (file: string): boolean => {
  try {
    accessSync(file)
    return true
  } catch {
    return false
  }
}

/** Those that are installed here; the others are named on stderr, because they go untested. */
export const installedShells = (): ReadonlyArray<readonly [name: string, shell: Shell]> => {
  const missing = candidates.filter(([, [file]]) => !isThere(file)).map(([name]) => name)
  if (missing.length > 0) {
    process.stderr.write(
      `launcher and guard go untested under ${missing.join(', ')}: not installed\n`,
    )
  }
  const installed = candidates.filter(([, [file]]) => isThere(file))
  const isListed = installed.some(([, [file]]) => realpathSync(file) === realpathSync('/bin/sh'))
  return isListed ? installed : [['sh', ['/bin/sh']], ...installed]
}
