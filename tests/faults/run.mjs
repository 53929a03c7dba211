import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';

/**
 * The long fault runs: `npm run faults -- --only nemesis --seed 9 --kills 1000`. Without `--only` all of them, one after the
 * other: `crash-points`, `nemesis`, `postgres-crashes`, `postgres-frozen`, `lost-replies`, `directed`; `side-by-side` needs
 * an older commit to begin with (`--old REF`). What they tell is also
 * written to a file, line by line, so that a run can be looked at while it goes on. The exit code tells.
 */
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    seed: { type: 'string' },
    kills: { type: 'string', default: '1000' },
    customers: { type: 'string', default: '100' },
    cycles: { type: 'string', default: '50' },
    freezes: { type: 'string', default: '20' },
    drops: { type: 'string', default: '1000' },
    old: { type: 'string' },
    seconds: { type: 'string', default: '300' },
    log: { type: 'string' },
  },
});
const { only, seed, kills, customers, cycles, freezes, drops, old, seconds } = values;
const file = values.log ?? `.data/faults/${only || 'all'}${seed === undefined ? '' : `-${seed}`}.log`;
mkdirSync(dirname(file), { recursive: true });
const log = createWriteStream(file);
process.stdout.write(`progress goes to ${file}\n`);

const run = spawn(process.execPath, ['node_modules/.bin/jest', '-i', `tests/faults/${only}`], {
  stdio: ['ignore', 'pipe', 'pipe'],
  env: {
    ...process.env,
    CRASH_STEP: '1',
    HEAL_MS: '60000',
    KILLS: kills,
    CUSTOMERS: customers,
    CYCLES: cycles,
    FREEZES: freezes,
    DROPS: drops,
    SECONDS: seconds,
    OLD: old ?? '',
    ...(seed === undefined ? {} : { SEED: seed }),
  },
});
for (const [from, to] of [
  [run.stdout, process.stdout],
  [run.stderr, process.stderr],
]) {
  from.on('data', (chunk) => {
    to.write(chunk);
    log.write(chunk);
  });
}
run.on('close', (code) => log.end(() => process.exit(code ?? 1)));
