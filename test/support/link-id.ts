import * as E from 'fp-ts/Either'
import { parseLinkId, type LinkId } from '../../domain/link-id'

/** The link with this name; a name that is none is a mistake in the test. */
export const linkId = (name: string): LinkId => {
  const link = parseLinkId(name)
  if (E.isLeft(link)) throw new Error(`${JSON.stringify(name)} names no link`)
  return link.right
}
