import type * as clientPackage from '@eventstore/db-client'
import { createRequire } from 'node:module'

/** The package that talks to the server. */
export type ClientPackage = typeof clientPackage

const requireHere = createRequire(__filename)

const isOfPackage = (path: string): boolean =>
  /[/\\]@eventstore[/\\]db-client[/\\]dist[/\\]/u.test(path)

/**
 * The client package, in an instance of our own. Its instances keep the appends of all their clients
 * in one place: the connection error of one client rejects everybody's appends, and the answer to one
 * that was rejected so ends the process. What else uses the package here, such as the program that
 * uses this library, must not do that to us, nor we to it.
 */
export const loadClientPackage = (): ClientPackage => {
  const { cache } = requireHere
  const shared = Object.entries(cache).filter(([path]) => isOfPackage(path))
  forget(cache)
  try {
    return requireHere('@eventstore/db-client') as ClientPackage
  } finally {
    forget(cache)
    for (const [path, loaded] of shared) cache[path] = loaded
  }
}

const forget = (cache: NodeJS.Require['cache']): void => {
  for (const path of Object.keys(cache).filter(isOfPackage)) Reflect.deleteProperty(cache, path)
}
