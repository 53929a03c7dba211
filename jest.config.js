const { SOAK, FAULTS, EVENTSTORE_URL, OLD } = process.env;

/** @type {import('jest').Config} */
export default {
  testEnvironment: '<rootDir>/tests/support/test-environment.mjs',
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: false },
          target: 'es2022',
        },
        module: { type: 'es6' },
        sourceMaps: true,
      },
    ],
  },
  globalSetup: '<rootDir>/tests/support/postgres-setup.mjs',
  globalTeardown: '<rootDir>/tests/support/postgres-teardown.mjs',
  testMatch: ['<rootDir>/tests/**/*.spec.ts'],
  // Long runs, a real EventStoreDB and the laboratory of faults with its simulation have commands of their own: `npm run soak`,
  // `npm run test:eventstore`, `npm run test:faults`.
  testPathIgnorePatterns: [
    '/node_modules/',
    ...(SOAK === '1' ? [] : ['/tests/soak/']),
    ...(FAULTS === '0' ? ['/tests/faults/', '/tests/simulation/'] : []),
    // It needs an older program, which `npm run faults` may name.
    ...(OLD === undefined ? ['/tests/faults/side-by-side/'] : []),
    ...(EVENTSTORE_URL === undefined ? ['real-server'] : []),
  ],
  reporters: ['default', '<rootDir>/tests/support/closing-line-reporter.mjs'],
  // For what hangs. Nothing that only takes long on a loaded machine is to meet it.
  testTimeout: 180_000,
  // Many wait for a timer or for another process; more of them than cores would make each other late.
  maxWorkers: 3,
};
