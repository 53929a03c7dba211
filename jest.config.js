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
  reporters: ['default', '<rootDir>/tests/support/closing-line-reporter.mjs'],
  testTimeout: 30_000,
  maxWorkers: 2,
};
