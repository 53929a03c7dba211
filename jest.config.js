const { SOAK, REST, EVENTSTORE_URL, OLD } = process.env;

/** What takes longest (docs/decisions/0070): REST=0 leaves it out, REST=1 runs it alone. */
const rest = ['programs', 'browser', 'faults', 'simulation', 'confluence'];
/** What runs in both halves, with its events in either store. */
const twice = ['e2e/on-either-store'];

/** @type {import('jest').Config} */
export default {
  // Tests share Node's own modules within a worker (docs/decisions/0068), and hooks of Node's loader compile them.
  testEnvironment: '<rootDir>/tests/runner/environment.mjs',
  testRunner: '<rootDir>/tests/runner/test-runner.mjs',
  transform: {},
  globalSetup: '<rootDir>/tests/runner/postgres-setup.mjs',
  globalTeardown: '<rootDir>/tests/runner/postgres-teardown.mjs',
  testMatch: (REST === '1' ? [...rest, ...twice] : ['**']).map(
    (folder) => `<rootDir>/tests/${folder}/**/*.spec.ts`,
  ),
  // Long runs and a real EventStoreDB have commands of their own: `npm run soak`, `npm run test:eventstore`.
  testPathIgnorePatterns: [
    '/node_modules/',
    ...(SOAK === '1' ? [] : ['/tests/soak/']),
    ...(REST === '0' ? rest.map((folder) => `/tests/${folder}/`) : []),
    // It needs an older program, which `npm run faults` may name.
    ...(OLD === undefined ? ['/tests/faults/side-by-side/'] : []),
    ...(EVENTSTORE_URL === undefined ? ['real-server'] : []),
  ],
  testSequencer: '<rootDir>/tests/runner/sequencer.mjs',
  reporters: ['default', '<rootDir>/tests/runner/closing-line-reporter.mjs'],
  // For what hangs. Nothing that only takes long on a loaded machine is to meet it.
  testTimeout: 180_000,
  // Many wait for a timer or for another process; more of them than cores would make each other late.
  maxWorkers: 3,
};
