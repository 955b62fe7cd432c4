import type { SeenLink } from '../application/watch-links'
import type { StatusRow } from '../application/status-row'
import type { DisplayTime } from './display-time'
import { statusTable } from './status-table'

/** The size of a terminal, in characters. */
export type Screen = { readonly columns: number; readonly rows: number }

/** The table of `status` on a terminal, drawn again in its own place. */
export type LiveTable = {
  readonly put: (seen: SeenLink) => void
  /** What to write so that the table stands where it stood, as of an uptime. */
  readonly draw: (screen: Screen, uptimeCs: number) => string
  /** Whether it shows a countdown, so that it is another one a second later. */
  readonly isCounting: () => boolean
  /** The next table begins where the cursor is: something else was written behind the last one. */
  readonly startAnew: () => void
}

/** Least rows of a screen that is to show a link and how many more there are. */
const rowsMin = 3

/** A table without a link in it. */
export const liveTable = (show: DisplayTime): LiveTable => {
  const links = new Map<string, SeenLink>()
  let names: ReadonlyArray<string> = []
  let drawn = 0
  let counting = false
  return {
    put: (seen) => {
      const { link } = seen.row
      const isNew = !links.has(link)
      links.set(link, seen)
      if (isNew) names = []
    },
    draw: (screen, uptimeCs) => {
      if (names.length === 0) names = [...links.keys()].toSorted()
      const fitting = Math.max(rowsMin, screen.rows) - 2
      const shown = names.slice(0, fitting).flatMap((name) => links.get(name) ?? [])
      counting = shown.some(({ row }) => row.retryAfterSec !== null)
      const table = statusTable(
        shown.map((seen) => countedDown(seen, uptimeCs)),
        show,
      )
      const lines = [...table.trimEnd().split('\n'), ...moreLine(names.length - shown.length)]
      const text = lines.map((line) => `${cut(line, screen.columns)}\n`).join('')
      const back = drawn === 0 ? '' : `\u001b[${drawn}A`
      drawn = lines.length
      return `${back}\r\u001b[J${text}`
    },
    isCounting: () => counting,
    startAnew: () => {
      drawn = 0
    },
  }
}

const moreLine = (count: number): ReadonlyArray<string> =>
  count <= 0 ? [] : [`and ${count} more: name a link, or take --json`]

/** Whole seconds: hundredths would only flicker. */
const countedDown = ({ row, uptimeCs }: SeenLink, nowCs: number): StatusRow => {
  const { retryAfterSec } = row
  if (retryAfterSec === null) return row
  const left = retryAfterSec - (nowCs - uptimeCs) / 100
  return { ...row, retryAfterSec: Math.max(0, Math.ceil(left)) }
}

/** A line that is too wide would wrap, and the next table would not find the first line again. */
const cut = (line: string, columns: number): string => {
  const letters = Array.from(line)
  return letters.length < columns ? line : letters.slice(0, Math.max(1, columns - 1)).join('')
}
