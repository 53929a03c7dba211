import { setTimeout as sleep } from 'node:timers/promises';
import type { Build } from '../laboratory/programs.js';
import type { TrialPlan, TrialReport } from '../laboratory/trial.js';
import { noneOf, runTrial } from '../laboratory/trial.js';

type SideBySidePlan = TrialPlan & { readonly older: Build; readonly seconds: number };

type SideBySideReport = TrialReport & {
  /** How often a program said that it could not read an event. */
  readonly unread: number;
};

/** Of the time: the older program alone, both, and the newer one alone. */
const [alone, together, after] = [0.15, 0.7, 0.15];
const cannotRead = /UnknownEventType|MalformedEvent/g;

/**
 * Two nodes of an older program under a crowd, on a database that it has made. One of them is replaced by the program as it is, which
 * migrates the database under the other, and for most of the time they work side by side; then the other one is
 * replaced too. As a load balancer without a memory does, the crowd asks either of them at each turn.
 */
export async function runSideBySide(plan: SideBySidePlan): Promise<SideBySideReport> {
  const { older, seconds, tell } = plan;
  let unread = 0;
  const onPrinted = (text: string): void => {
    unread += text.match(cannotRead)?.length ?? 0;
  };
  const setting = { apps: 2, thinkMsMax: 1_500, firstBuild: older.folder, onPrinted };
  const report = await runTrial({ ...plan, ...setting }, async ({ laboratory, tally, history, ...trial }) => {
    const { apps, build } = laboratory;
    const crowd = trial.open();
    const phase = async (name: string, share: number): Promise<void> => {
      const before = history.outcomes();
      await sleep(share * seconds * 1_000);
      await trial.outcomes(1);
      tally.set(`outcomes with ${name}`, history.outcomes() - before);
    };
    await phase('the older program', alone);
    await apps[0]?.become(build);
    await phase('both', together);
    await apps[1]?.become(build);
    await phase('the newer program', after);
    await trial.settle(crowd, performance.now());
  });
  tell(`an event could not be read ${unread} times; faults by rule: ${rulesOf(report.faults)}`);
  if (report.faults.length === 0) tell(noneOf(report.counts.ok, 'acknowledgements lost or belied'));
  return { ...report, unread };
}

function rulesOf(faults: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const fault of faults) {
    const [rule = fault] = fault.split(' ');
    counts.set(rule, (counts.get(rule) ?? 0) + 1);
  }
  return [...counts].map(([rule, times]) => `${rule} ${times}`).join(', ') || 'none';
}
