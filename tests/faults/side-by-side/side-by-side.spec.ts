import { expect, it } from '@jest/globals';
import { healWithinMs } from '../laboratory/heal-limit.js';
import { buildOlder, reasonAgainst } from './older-build.js';
import { runSideBySide } from './run.js';

/** A run of its own: `npm run faults -- --only side-by-side --old REF`. It builds the older program, and lasts for minutes. */
const ref = process.env['OLD'] || undefined;
const seconds = Number(process.env['SECONDS'] ?? 300);
const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000);
const tell = (line: string): void => void process.stdout.write(`${line}\n`);

const reason = reasonAgainst(ref);
if (reason !== undefined) tell(`an older program beside this one: not run, since ${reason}`);

(reason === undefined ? it : it.skip)(
  `F27: the program of ${ref} and this one, ${seconds} s side by side and rolled over, keep the same books (seed ${seed})`,
  async () => {
    const older = await buildOlder(String(ref));
    try {
      const report = await runSideBySide({ seed, older, seconds, customers: 16, healWithinMs, tell });
      expect(report.faults.slice(0, 50)).toEqual([]);
      expect(report.unread).toBe(0);
      expect(report.tally.get('outcomes with both')).toBeGreaterThan(seconds / 10);
    } finally {
      await older.remove();
    }
  },
  7_200_000,
);
