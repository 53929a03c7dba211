const { SOAK, EVENTSTORE_URL } = process.env;

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
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
        sourceMaps: 'inline',
      },
    ],
  },
  globalSetup: '<rootDir>/tests/support/postgres-setup.mjs',
  globalTeardown: '<rootDir>/tests/support/postgres-teardown.mjs',
  testMatch: ['<rootDir>/tests/**/*.spec.ts'],
  // Long runs and a real EventStoreDB have commands of their own: `npm run soak`, `npm run test:eventstore`.
  testPathIgnorePatterns: [
    '/node_modules/',
    ...(SOAK === '1' ? [] : ['/tests/soak/']),
    ...(EVENTSTORE_URL === undefined ? ['real-server'] : []),
  ],
  reporters: ['default', '<rootDir>/tests/support/closing-line-reporter.mjs'],
  testTimeout: 60_000,
  maxWorkers: 2,
};
