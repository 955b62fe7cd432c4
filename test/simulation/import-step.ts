import * as E from 'fp-ts/Either'
import type { LinkId } from '../../domain/link-id'
import { memoryEvidenceSpool } from '../../src/adapters/memory/memory-evidence-spool'
import { importLog } from '../../src/application/import-log'
import { readEarlierImports } from '../../src/application/import-log-earlier'
import { assumedZone } from '../../src/import/log-zone'
import { logText } from '../support/log-bytes'
import { ntText, openFailed, rasError } from '../support/nt-log'
import type { Running } from './world'

const minuteMs = 60_000

/** Imports a log of a few failures of a link, stated some time before or after the host's clock. */
export const importInto = async (
  { parts }: Running,
  link: LinkId,
  { statedSec, records }: { readonly statedSec: number; readonly records: number },
): Promise<void> => {
  const earlier = await readEarlierImports(parts.store)
  if (E.isLeft(earlier)) return
  const firstMs = Math.max(minuteMs, Date.parse(parts.clock.read().wall) + statedSec * 1000)
  const failures = Array.from({ length: records }, (_, index) => {
    const at = firstMs + index * minuteMs
    return index % 2 === 0 ? rasError(at, 'LINE', 629) : openFailed(at, 'LINE')
  })
  const options = {
    format: null,
    encoding: null,
    dateOrder: 'mdy',
    zone: assumedZone,
    link,
    source: null,
    isDryRun: false,
  } as const
  const onStored = () => undefined
  const log = { file: `made-${firstMs}.txt`, bytes: logText(ntText(failures)), onStored }
  const into = { ...parts, openSpool: memoryEvidenceSpool }
  await importLog({ parts: into, earlier: earlier.right, options }, log)
}
