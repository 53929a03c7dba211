import { expect, it } from '@jest/globals';
import { healWithinMs } from '../laboratory/heal-limit.js';
import { runLostReplies } from './run.js';

/** CI takes a short run with a seed of its own; `npm run faults -- --only lost-replies` is the long one. */
const drops = Number(process.env['DROPS'] ?? 25);
const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
const tell = (line: string): void => void process.stdout.write(`${line}\n`);

it(`F17: ${drops} answers of Postgres lost after the commit: nothing twice, and no false no (seed ${seed})`, async () => {
  const report = await runLostReplies({ seed, drops, customers: 12, healWithinMs, tell });
  expect(report.faults.slice(0, 50)).toEqual([]);
  expect([...report.tally.values()].reduce((sum, times) => sum + times, 0)).toBe(drops);
}, 7_200_000);
