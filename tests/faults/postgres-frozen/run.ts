import { distribution } from '../laboratory/distribution.js';
import type { TrialPlan, TrialReport } from '../laboratory/trial.js';
import { noneOf, runTrial } from '../laboratory/trial.js';
import type { Told } from '../load/client.js';

type FrozenPlan = TrialPlan & {
  readonly freezes: number;
  readonly freezeMsMin: number;
  readonly freezeMsMax: number;
};

export type FrozenReport = TrialReport & {
  /** How long requests took that were asked while Postgres stood still. */
  readonly answersMs: readonly number[];
  /** How often which status was told of them before it went on; null for an ended connection. */
  readonly statuses: ReadonlyMap<number | null, number>;
};

/** Every process of Postgres stands still under load: connected, and answering nothing. */
export async function runPostgresFrozen(plan: FrozenPlan): Promise<FrozenReport> {
  const { freezes, freezeMsMin, freezeMsMax, tell } = plan;
  const answersMs: number[] = [];
  const statuses = new Map<number | null, number>();
  const underWayMs: number[] = [];
  let [frozenAt, thawedAt] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const onTold = ({ askedAt, toldAt, status }: Told): void => {
    if (toldAt < frozenAt || askedAt > thawedAt) return;
    (askedAt < frozenAt ? underWayMs : answersMs).push(toldAt - askedAt);
    if (askedAt >= frozenAt && toldAt < thawedAt) statuses.set(status, (statuses.get(status) ?? 0) + 1);
  };
  const report = await runTrial({ ...plan, apps: 2, thinkMsMax: 100, onTold }, async (trial) => {
    const { laboratory, random, tally, faults } = trial;
    for (let freeze = 1; faults.length === 0 && freeze <= freezes; freeze += 1) {
      frozenAt = Number.POSITIVE_INFINITY;
      const crowd = trial.open();
      await trial.outcomes(20);
      thawedAt = Number.POSITIVE_INFINITY;
      await laboratory.postgres.freeze(random.between(freezeMsMin, freezeMsMax), () => {
        frozenAt = performance.now();
      });
      thawedAt = performance.now();
      tally.set('Postgres freeze', freeze);
      await trial.settle(crowd, performance.now());
    }
  });
  const told = [...statuses].map(([status, times]) => `${status ?? 'ended'} ${times}`).join(', ');
  tell(`asked while it stood still, answered after: ${distribution(answersMs)}; told meanwhile: ${told}`);
  tell(`under way when it stopped, answered after: ${distribution(underWayMs)}`);
  if (report.faults.length === 0) tell(noneOf(freezes, 'freezes'));
  return { ...report, answersMs, statuses };
}
