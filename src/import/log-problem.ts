import { absurd } from 'fp-ts/function'
import type { DateOrderProblem } from './date-order'

/** Why a whole file cannot be read as a log. */
export type LogProblem =
  | DateOrderProblem
  | { readonly _tag: 'Empty' }
  | { readonly _tag: 'NotText'; readonly what: string }
  | { readonly _tag: 'UnknownLayout'; readonly firstLine: string }
  | { readonly _tag: 'TooMuchEvidence'; readonly max: number }
  | { readonly _tag: 'Changed' }
  | { readonly _tag: 'Unreadable'; readonly why: string }

/** Gives the sentence that tells a person what is wrong with a file and what to do. */
export const describeLogProblem = (problem: LogProblem): string => {
  switch (problem._tag) {
    case 'Empty':
      return 'the file is empty; save the log again'
    case 'NotText':
      return `the file is ${problem.what}`
    case 'UnknownLayout':
      return (
        `this is no event log export that can be read (it begins with ${problem.firstLine}); ` +
        'save the log as text or CSV in Event Viewer, and name its code page with --encoding if ' +
        'letters look wrong'
      )
    case 'AmbiguousDateOrder':
      return (
        'its dates can be read in more than one order, and nothing in it settles which; ' +
        `say which with --date-order ${problem.orders.join('|')}`
      )
    case 'ContradictingDates':
      return (
        `no one date order fits it: record ${String(problem.record)} contradicts the records ` +
        'before it; was it put together from several files? import them one by one, or state ' +
        '--date-order and see which records do not fit'
      )
    case 'TooMuchEvidence':
      return `it holds more than ${String(problem.max)} records of failures; split it`
    case 'Changed':
      return 'the file changed while it was read; import it again once nothing writes to it'
    case 'Unreadable':
      return problem.why
    default:
      return absurd(problem)
  }
}
