/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // dist/ holds compiled copies of the sources and .cache/ whole projects (test:lts).
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.cache/'],
  watchPathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.cache/'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        swcrc: false,
        jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  // The .e2e tests start real processes and wait for real intervals on a machine that may be busy.
  testTimeout: 60_000,
  maxWorkers: 2,
}
