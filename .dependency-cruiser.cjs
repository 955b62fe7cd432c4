// Who may import whom: docs/architecture.md in a form that fails.
const adapters = '^src/adapters/'
const wiring = '^src/(main|wire-[a-z-]+|(open|scratch|test)-ledger)\\.ts$'

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'domain-is-pure',
      comment: 'The domain imports fp-ts and itself: no clock, no id generator, no I/O.',
      severity: 'error',
      from: { path: '^domain/' },
      to: { pathNot: ['^domain/', '^node_modules/fp-ts/'] },
    },
    {
      name: 'projections-know-no-store',
      comment: 'Projections import the domain, rxjs, fp-ts and each other.',
      severity: 'error',
      from: { path: '^projections/' },
      to: { pathNot: ['^projections/', '^domain/', '^node_modules/(fp-ts|rxjs)/'] },
    },
    {
      name: 'adapters-know-no-other-technology',
      comment: 'One technology may be replaced without another; the codec serves them all.',
      severity: 'error',
      from: { path: `${adapters}([^/]+)/` },
      to: { path: adapters, pathNot: [`${adapters}$1/`, `${adapters}codec/`] },
    },
    {
      name: 'ports-are-the-callers',
      comment: 'The caller defines the port: a port knows the domain, never who fulfils it.',
      severity: 'error',
      from: { path: '^src/ports/' },
      to: { path: '^src/', pathNot: '^src/ports/' },
    },
    {
      name: 'only-the-wiring-knows-adapters',
      comment:
        'Concrete adapters are chosen for the commands by main.ts, for the library by open-ledger.ts.',
      severity: 'error',
      from: { path: '^src/', pathNot: [adapters, wiring, '^src/cli/demo\\.ts$'] },
      to: { path: adapters, pathNot: `${adapters}codec/` },
    },
    {
      name: 'only-main-knows-the-command-line',
      comment: 'The library must not drag the commands in.',
      severity: 'error',
      from: {
        path: '^(domain|projections|src)/',
        pathNot: ['^src/cli/', '^src/(main|wire-[a-z-]+)\\.ts$'],
      },
      to: { path: '^src/cli/' },
    },
    {
      name: 'nothing-imports-the-entry',
      comment: 'main.ts runs when it is loaded; start.ts is what loads it.',
      severity: 'error',
      from: { pathNot: '^src/start\\.ts$' },
      to: { path: '^src/(main|start)\\.ts$' },
    },
    {
      name: 'only-the-entry-wires',
      comment: 'main.ts may load its wiring in parts, so that a command pays for what it needs.',
      severity: 'error',
      from: { pathNot: wiring },
      to: { path: '^src/wire-[a-z-]+\\.ts$' },
    },
    {
      name: 'audit-shares-nothing-with-the-decider',
      comment: 'One checks the other, so they may share the event types and nothing more.',
      severity: 'error',
      from: { path: '^projections/(findings|episodes)' },
      to: {
        path: [
          '^domain/(?!(events|episode|link-id|mta-events|policy|ras-errors|time)\\.ts$)',
          '^projections/retry-windows',
        ],
      },
    },
    {
      name: 'replay-reaches-no-dialer',
      comment: 'Looking at the past must never be able to dial.',
      severity: 'error',
      from: { path: '^src/(application/replay|cli/replay)' },
      to: { path: 'supervise|launcher|guard', reachable: true },
    },
    {
      name: 'no-test-code-in-the-product',
      severity: 'error',
      from: { path: '^(domain|projections|src)/' },
      to: { path: '^(test|bench|scripts)/' },
    },
    {
      name: 'no-development-packages-in-the-product',
      severity: 'error',
      from: { path: '^(domain|projections|src)/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'A file that nothing imports is dead, or its test is missing.',
      severity: 'error',
      from: { orphan: true, path: '^(domain|projections|src|test|bench)/', pathNot: '\\.d\\.ts$' },
      to: {},
    },
    {
      name: 'no-dead-files',
      comment: 'What neither the commands nor the library reach is dead; memory serves tests.',
      severity: 'error',
      from: { path: '^src/(start|main|index|testing)\\.ts$' },
      to: {
        path: '^(domain|projections|src)/',
        pathNot: `^src/(start|main|index|testing)\\.ts$|${adapters}memory/|\\.d\\.ts$`,
        reachable: false,
      },
    },
    {
      name: 'everything-resolves',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.test.json' },
    // Types count: a type-only import binds a layer as any other does.
    tsPreCompilationDeps: true,
    doNotFollow: { path: '^node_modules/' },
    exclude: { path: '^(dist|\\.cache|coverage)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['node', 'require', 'types'],
    },
  },
}
