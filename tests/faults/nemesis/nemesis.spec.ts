import { expect, it } from '@jest/globals';
import { healWithinMs } from '../laboratory/heal-limit.js';
import { runNemesis } from './run.js';

/** CI takes a short run with a seed of its own; `npm run faults` is the long one. */
const kills = Number(process.env['KILLS'] ?? 8);
const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
const customers = Number(process.env['CUSTOMERS'] ?? 16);

it(`F48: ${kills} kills and all else that may fail at random: the four books agree (seed ${seed})`, async () => {
  const report = await runNemesis({
    seed,
    kills,
    killsPerRound: 100,
    customers,
    healWithinMs,
    tell: (line) => process.stdout.write(`${line}\n`),
  });
  expect(report.faults.slice(0, 50)).toEqual([]);
  expect(report.counts.ok).toBeGreaterThan(0);
}, 7_200_000);
