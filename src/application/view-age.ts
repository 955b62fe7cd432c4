/**
 * How old the view that a grant is decided on may be, in centiseconds of uptime. What is appended to
 * `site-policy` conflicts with no append to a link, so this, with R1's `startWithin`, is what bounds
 * how long after a hold of the whole ledger a dial that did not see it can still begin.
 */
export const viewAgeCsMax = 200

/** How much of that a view may have when a request begins with it, rather than ask a server again. */
export const recalledCsMax = 100

/** The longest `startWithin` of a grant, in centiseconds. */
const startWithinCsMax = 500
const marginCs = 100

/** How long after a hold of the whole ledger every dial that can still begin is in the ledger. */
export const holdSettlesCs = viewAgeCsMax + startWithinCsMax + marginCs
