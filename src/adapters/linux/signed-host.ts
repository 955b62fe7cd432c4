/**
 * How a host signs what it appends to a ledger that several share: its name, and a mark that tells it
 * from others of that name. Containers and machines made of one image often have one name.
 */
export const signedHost = (name: string, mark: string): string => `${name}#${mark}`

/** Whether both were signed with the mark of one state folder: then they share its locks, too. */
export const hasSameMark = (signed: string, here: string): boolean => {
  const mark = markOf(signed)
  return mark !== undefined && mark === markOf(here)
}

const markOf = (host: string): string | undefined => /#(?<mark>[0-9a-f]+)$/u.exec(host)?.[1]
