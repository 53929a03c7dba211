import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { distribution } from '../laboratory/distribution.js';
import type { Build } from '../laboratory/programs.js';
import { copyBuild } from '../laboratory/programs.js';
import type { CrashPoint, CrashReport, Lane } from './crash-points.js';
import { openLane } from './crash-points.js';
import type { Scenario } from './scenarios.js';
import { changedOrder, payment, sale } from './scenarios.js';

/** CI takes a sample spread over the whole scenario (odd, so that both sides of calls come); CRASH_STEP=1 takes every point. */
const step = Number(process.env['CRASH_STEP'] ?? 17);
/** Most of a point is waiting for a dead process's lease to end, so many can wait side by side. */
const lanesMax = 6;

let build: Build;
let lanes: readonly Lane[];
/** About how many points a scenario has, for a sample of them: a run that finds none costs as much as one that does. */
const about = new Map<Scenario, number>();

beforeAll(async () => {
  build = await copyBuild();
  lanes = await Promise.all(Array.from({ length: lanesMax }, () => openLane(build.folder)));
  if (step === 1) return;
  const count = async (scenario: Scenario, n: number): Promise<void> => {
    about.set(scenario, 2 * (await (lanes[n] as Lane).count(scenario)));
  };
  await Promise.all([payment, sale, changedOrder].map(count));
}, 600_000);

afterAll(async () => {
  await Promise.all((lanes ?? []).map((lane) => lane.close()));
  await build?.remove();
});

it.each([
  { scenario: payment, step },
  // A few points are enough to see that the other stories work; the long form takes all of them.
  { scenario: sale, step: step === 1 ? 1 : 3 * step },
  { scenario: changedOrder, step: step === 1 ? 1 : 3 * step },
])(
  'a crash in $scenario.name, at every $step. side of a call, leaves the four books equal',
  async (of) => {
    const { scenario } = of;
    const reports: CrashReport[] = [];
    // One call has two sides; the numbers go on until a scenario ends without a crash on either side.
    let next = 0;
    let last = Number.POSITIVE_INFINITY;
    const expected = about.get(scenario) ?? last;
    async function work(lane: Lane): Promise<void> {
      for (let number = next; number < last; number = next) {
        // On a busy machine there are more calls. One lane finds where they end; six would each play a scenario for nothing.
        if (number >= expected && lane !== lanes[0]) return;
        next += of.step;
        const point: CrashPoint = `${Math.floor(number / 2) + 1}:${number % 2 === 0 ? 'before' : 'after'}`;
        const report = await lane.crash(scenario, point);
        if (report.reached === null) last = Math.min(last, number);
        else {
          reports.push(report);
          const what = report.faults.length > 0 ? `FAULTS ${report.faults.join('; ')}` : 'healed';
          if (step === 1) {
            process.stdout.write(`${report.reached}: ${what} in ${Math.round(report.healMs)} ms\n`);
          }
        }
      }
    }
    // A lane that fails must not leave the others at work in the next scenario.
    const ended = await Promise.allSettled(lanes.map(work));
    for (const one of ended) if (one.status === 'rejected') throw one.reason;
    const sha = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
    process.stdout.write(
      `crash points of ${scenario.name}, ${sha}: ${reports.length} of ${last}, ` +
        `${reports.filter(({ faults }) => faults.length > 0).length} with faults; ` +
        `from being ready again to four equal books: ${distribution(reports.map(({ healMs }) => healMs))}\n`,
    );
    expect(reports.filter(({ faults }) => faults.length > 0)).toEqual([]);
    // Every scenario has more than a hundred calls: fewer points mean that the program's statements are no longer seen.
    expect(reports.length).toBeGreaterThan(1);
  },
  3_600_000,
);
