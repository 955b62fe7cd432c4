/** How often a property is tried: 1,000 times, or as often as FC_RUNS says. */
export const runs = (): { readonly numRuns: number } => ({
  numRuns: Number(process.env['FC_RUNS'] ?? 1000),
})
