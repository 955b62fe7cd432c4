import * as E from 'fp-ts/Either'

declare const linkIdBrand: unique symbol

/**
 * The canonical name of a link: NFC, lower case, trimmed, no blanks around `/` and `=`, inner runs
 * of blanks made one. X.400 events print a connector's name in upper case, 9311 in lower case; both
 * give one link id.
 */
export type LinkId = string & { readonly [linkIdBrand]: 'LinkId' }

/** Why a text cannot name a link. */
export type LinkIdError = { readonly _tag: 'LinkIdEmpty' | 'LinkIdTooLong' | 'LinkIdUnprintable' }

/** Longest link id, in UTF-16 units: a distinguished name of Exchange has at most 1,024. */
const linkIdLengthMax = 1024

/** Gives the link id that a text names, whatever its case and blanks. */
export const parseLinkId = (text: string): E.Either<LinkIdError, LinkId> => {
  const canonical = text
    .normalize('NFC')
    .toLowerCase()
    .normalize('NFC')
    .replace(/\s+/gu, ' ')
    .trim()
    .replace(/ ?([/=]) ?/gu, '$1')
  if (canonical === '') return E.left({ _tag: 'LinkIdEmpty' })
  if (canonical.length > linkIdLengthMax) return E.left({ _tag: 'LinkIdTooLong' })
  if (/\p{Cc}|\p{Cs}/u.test(canonical)) return E.left({ _tag: 'LinkIdUnprintable' })
  return E.right(canonical as LinkId)
}

const prefix = 'link-'

/** The stream that holds everything known of a link. */
export const streamOfLink = (link: LinkId): string => `${prefix}${link}`

/** The link whose stream a name is; null: it is no link's. */
export const linkOfStream = (stream: string): LinkId | null => {
  if (!stream.startsWith(prefix)) return null
  const link = parseLinkId(stream.slice(prefix.length))
  return E.isRight(link) ? link.right : null
}
