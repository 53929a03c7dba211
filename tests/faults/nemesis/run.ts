import type { TrialPlan, TrialReport } from '../laboratory/trial.js';
import { noneOf, runTrial } from '../laboratory/trial.js';
import { createNemesis } from './faults.js';

type NemesisPlan = TrialPlan & {
  /** SIGKILLs of Counterfoil's processes; every other fault comes on top, in its share. */
  readonly kills: number;
  /** After each round the faults are lifted, the time to heal is taken, and all four books are compared. */
  readonly killsPerRound: number;
};

/** Two Counterfoils under a crowd of customers, and everything around them failing at random. */
export async function runNemesis(plan: NemesisPlan): Promise<TrialReport> {
  const { kills, killsPerRound, tell } = plan;
  const report = await runTrial({ ...plan, apps: 2, thinkMsMax: 1_500 }, async (trial) => {
    const { laboratory, random, tally, faults, history } = trial;
    const nemesis = createNemesis(laboratory, random, tally, () => history.outcomes());
    for (let round = 1; faults.length === 0 && (tally.get('kill') ?? 0) < kills; round += 1) {
      const crowd = trial.open();
      await nemesis.until(Math.min(round * killsPerRound, kills));
      await trial.settle(crowd, performance.now());
    }
  });
  if (report.faults.length === 0) {
    tell(`${noneOf(kills, 'kills')}; ${noneOf(report.counts.ok, 'acknowledgements lost')}`);
  }
  return report;
}
