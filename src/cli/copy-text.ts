import type { CopiedLedger } from '../application/copy-ledger'

/** What was copied from where to where, as `copy --json` tells it. */
export type CopyReport = CopiedLedger & {
  readonly from: string
  readonly to: string
  readonly ledgerId: string
}

/** What a copy came to, as a person reads it, with the line to type next. */
export const copyText = (report: CopyReport): string =>
  [
    `Copied ledger ${report.ledgerId} from ${report.from} to ${report.to}`,
    `  ${counted(report.events, 'event')} in ${counted(report.streams, 'stream')} of ${counted(report.links, 'link')}, ${report.copied} of them new there`,
    `  compared on both sides: the same; digest of all chains ${report.digest}`,
    ...(report.damaged.length === 0
      ? []
      : [`  the source is damaged, and so is the copy: no chain at ${report.damaged.join(', ')}`]),
    `  every link is held on both sides, by ${report.hold.by} since ${report.hold.at}: ${report.hold.reason}`,
    `Go on with: open-interval release --all --store ${report.to} --reason ...`,
    `and leave ${report.from} held: it is the same ledger, and both would grant.`,
    '',
  ].join('\n')

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
