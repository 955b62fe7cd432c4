/** One process as `/proc/<pid>/stat` tells it (proc(5)); `startTicks` tells it from a later one. */
export type ProcessStat = {
  readonly pid: number
  readonly name: string
  readonly state: string
  readonly parentPid: number
  readonly group: number
  readonly session: number
  readonly threads: number
  readonly startTicks: number
}

// Places in the fields that follow the name, which is field 2 of proc(5).
const STATE = 0
const PARENT = 1
const GROUP = 2
const SESSION = 3
const THREADS = 17
const START_TICKS = 19

/** Reads one stat line, or gives null for a text that is none. A name may hold blanks and brackets. */
export const parseProcessStat = (text: string): ProcessStat | null => {
  const [opens, closes] = [text.indexOf(' ('), text.lastIndexOf(') ')]
  if (opens < 0 || closes < opens) return null
  const fields = text.slice(closes + 2).split(' ')
  const stat = {
    pid: Number(text.slice(0, opens)),
    name: text.slice(opens + 2, closes),
    state: fields[STATE] ?? '',
    parentPid: Number(fields[PARENT]),
    group: Number(fields[GROUP]),
    session: Number(fields[SESSION]),
    threads: Number(fields[THREADS]),
    startTicks: Number(fields[START_TICKS]),
  }
  return Number.isInteger(stat.pid) && Number.isInteger(stat.startTicks) ? stat : null
}

/** Whether a process can still do something; a zombie can while one of its threads lives on. */
export const isAlive = (stat: ProcessStat): boolean =>
  stat.state === 'Z' ? stat.threads > 1 : stat.state !== 'X' && stat.state !== 'x'
