import * as E from 'fp-ts/Either'
import { distance } from 'fastest-levenshtein'
import { parseLinkId, streamOfLink, type LinkId } from '../../domain/link-id'
import { knownLinks } from '../application/known-links'
import { cliFailure, type CliFailure, type CliLedger } from './cli-parts'
import { exitCodes } from './exit-codes'
import { readFailure } from './read-failure'

/** The link that an argument names, or what is wrong with the name. */
export const linkNamed = (name: string): E.Either<CliFailure, LinkId> => {
  const link = parseLinkId(name)
  return E.isRight(link)
    ? link
    : E.left(
        cliFailure(
          exitCodes.usage,
          `'${name}' cannot name a link: a name has 1 to 1024 printable characters`,
        ),
      )
}

/** Every link that the ledger knows, sorted by name. */
export const linksKnown = async (
  ledger: CliLedger,
): Promise<E.Either<CliFailure, ReadonlyArray<LinkId>>> => {
  const links = await knownLinks(ledger.parts.store)()
  return E.isLeft(links) ? E.left(readFailure(links.left)) : links
}

const nearestMax = 3

/** A link that the ledger knows; a name that it does not know is most often a typing error. */
export const knownLink = async (
  ledger: CliLedger,
  name: string,
  allow: { readonly unknown: boolean },
): Promise<E.Either<CliFailure, LinkId>> => {
  const link = linkNamed(name)
  if (E.isLeft(link) || allow.unknown) return link
  const known = await linksKnown(ledger)
  if (E.isLeft(known)) return known
  if (known.right.some((it) => streamOfLink(it) === streamOfLink(link.right))) return link
  const nearest = known.right
    .toSorted((first, second) => distance(first, link.right) - distance(second, link.right))
    .slice(0, nearestMax)
  const hint =
    nearest.length === 0 ? 'the ledger knows no link yet' : `nearest: ${nearest.join(', ')}`
  return E.left(
    cliFailure(
      exitCodes.badInput,
      `the ledger knows no link '${link.right}' (${hint}); --new allows it`,
    ),
  )
}
