const suffix = '.copying'

/** The file that holds a copy until it is whole. */
export const unfinishedCopyOf = (path: string): string => `${path}${suffix}`

/** Whether a path names such a file, which is no ledger yet. */
export const isUnfinishedCopy = (path: string): boolean => path.endsWith(suffix)
