import { beforeAll, expect, it } from '@jest/globals';
import { healWithinMs } from '../laboratory/heal-limit.js';
import type { TrialReport } from '../laboratory/trial.js';
import { runPostgresCrashes } from './run.js';

/** CI takes a short run with a seed of its own; `npm run faults -- --only postgres-crashes` is the long one. */
const cycles = Number(process.env['CYCLES'] ?? 2);
const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
const customers = 16;

let asItIs: TrialReport;
let broken: TrialReport;

/** Most of each run is waiting, so they wait side by side. */
beforeAll(async () => {
  [asItIs, broken] = await Promise.all([
    runPostgresCrashes({
      seed,
      cycles,
      customers,
      healWithinMs,
      tell: (line) => void process.stdout.write(`${line}\n`),
    }),
    runBroken(),
  ]);
}, 7_200_000);

/** What a crash loses is a matter of the moment: at the third one at the latest something acknowledged must be in it. */
async function runBroken(): ReturnType<typeof runPostgresCrashes> {
  for (let turn = 1; ; turn += 1) {
    const ran = await runPostgresCrashes({
      ...{ seed: seed + turn, cycles: 1, customers, healWithinMs: 10_000 },
      postgres: { synchronous_commit: 'off', wal_writer_delay: '10s' },
      tell: () => undefined,
    });
    if (turn === 3 || ran.faults.some((fault) => fault.startsWith('lost_acknowledgement'))) return ran;
  }
}

it(`F15: ${cycles} crashes of Postgres under load lose nothing (seed ${seed})`, () => {
  expect(asItIs.faults.slice(0, 50)).toEqual([]);
  expect(asItIs.counts.ok).toBeGreaterThanOrEqual(cycles);
});

it('with a Postgres that acknowledges before it has written, the books disagree', () => {
  expect(broken.faults.map((fault) => fault.split(' ')[0])).toContain('lost_acknowledgement');
});
