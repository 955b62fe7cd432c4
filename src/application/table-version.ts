import type { TableProjection } from '../../projections/table-projection'
import { currentSchema } from '../adapters/codec'
import type { TableVersion } from '../ports/view-store'

/** Versions that one projection may come to before its numbers meet those of the next schema. */
const versionsMax = 1000

/**
 * The table that this version of a projection makes. The events' schema counts, too: what an older
 * program could not read may have become readable (R16).
 */
export const tableVersionOf = <State>({
  name,
  version,
  table,
}: TableProjection<State>): TableVersion => ({
  name,
  version: currentSchema * versionsMax + version,
  table,
})
