import { distribution } from '../laboratory/distribution.js';
import type { TrialPlan, TrialReport } from '../laboratory/trial.js';
import { noneOf, runTrial } from '../laboratory/trial.js';

type CrashPlan = TrialPlan & {
  readonly cycles: number;
  /** Server settings of Postgres, for a server that is broken on purpose. */
  readonly postgres?: Readonly<Record<string, string>>;
};

/** So many commands have had their outcome, at least and at most, since a cycle began and before Postgres crashes. */
const outcomesMin = 20;
const outcomesMax = 80;

/**
 * Postgres ends at once under load, as by `pg_ctl stop -m immediate`, and is started again; customers go on asking all the
 * while. Then everything must be at rest and the books equal, before the next cycle begins.
 */
export async function runPostgresCrashes(plan: CrashPlan): Promise<TrialReport> {
  const { cycles, tell } = plan;
  const answeredAgainMs: number[] = [];
  const report = await runTrial({ ...plan, apps: 2, thinkMsMax: 300 }, async (trial) => {
    const { laboratory, random, tally, faults } = trial;
    await laboratory.postgres.checkpoint();
    for (let cycle = 1; faults.length === 0 && cycle <= cycles; cycle += 1) {
      const crowd = trial.open();
      await trial.outcomes(random.between(outcomesMin, outcomesMax));
      await laboratory.postgres.crash();
      tally.set('Postgres crash', cycle);
      const acceptedAt = performance.now();
      await trial.outcomes(1);
      answeredAgainMs.push(performance.now() - acceptedAt);
      await trial.settle(crowd, acceptedAt);
    }
  });
  tell(`from accepting connections to the first outcome: ${distribution(answeredAgainMs)}`);
  if (report.faults.length === 0) {
    tell(`${noneOf(cycles, 'crashes')}; ${noneOf(report.counts.ok, 'acknowledgements lost')}`);
  }
  return report;
}
