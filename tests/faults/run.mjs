import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

/**
 * The long fault runs: `npm run faults -- --seed 7 --kills 1000`. Every crash point first, then the nemesis; `--only`
 * takes one of them (`crash-points`, `nemesis`). The exit code tells.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    kills: { type: 'string', default: '1000' },
    customers: { type: 'string', default: '100' },
    only: { type: 'string', default: '' },
  },
});
const { status } = spawnSync(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--no-warnings',
    'node_modules/.bin/jest',
    '-i',
    `tests/faults/${values.only}`,
  ],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      CRASH_STEP: '1',
      KILLS: values.kills,
      CUSTOMERS: values.customers,
      ...(values.seed === undefined ? {} : { SEED: values.seed }),
    },
  },
);
process.exit(status ?? 1);
