import type { TableProjection } from '../../projections/table-projection'
import { currentSchema } from '../adapters/codec'
import type { TableVersion } from '../ports/view-store'
import { viewTextForm } from './view-text'

/** Versions that one projection may come to before its numbers meet those of the next form. */
const versionsMax = 1000

/** Forms of states that there may be before their numbers meet those of the next schema. */
const formsMax = 100

/**
 * The table that this version of a projection makes. The events' schema counts, too: what an older
 * program could not read may have become readable (R16). So does the form of the states beside it.
 */
export const tableVersionOf = <State>({
  name,
  version,
  table,
}: TableProjection<State>): TableVersion => ({
  name,
  version: (currentSchema * formsMax + viewTextForm) * versionsMax + version,
  table,
})
