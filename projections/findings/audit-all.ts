/** What `audit` was asked. Times are milliseconds; a dial counts when its `hiMs` is in `[from, to]`. */
export type AuditOptions = {
  readonly link: string | null
  readonly fromMs: number | null
  readonly toMs: number | null
  readonly openIntervalSec: number | null
  readonly oneDialer: boolean
}

/** Everything asked for by default: the whole ledger, by its own policies. */
export const auditAll: AuditOptions = {
  link: null,
  fromMs: null,
  toMs: null,
  openIntervalSec: null,
  oneDialer: false,
}
