import { setTimeout as sleep } from 'node:timers/promises';
import type { TrialPlan, TrialReport } from '../laboratory/trial.js';
import { noneOf, runTrial } from '../laboratory/trial.js';

/** What Postgres commits, by bytes that only this statement, or the answer to it, has on the wire. */
const sites = [
  // The name of a prepared statement, between its ends; each is a transaction of its own.
  { name: 'append', kind: 'drop_answer_to', bytes: '\0append\0' },
  { name: 'claim of a key', kind: 'drop_answer_to', bytes: '\0idempotency-claim\0' },
  { name: 'answer under a key', kind: 'drop_answer_to', bytes: '\0idempotency-complete\0' },
  { name: 'webhook', kind: 'drop_answer_to', bytes: 'insert into counterfoil.inbound_webhooks' },
  // A projection's batch is prepared once for each connection and has no text afterwards; what a commit answers has.
  { name: 'batch of a projection', kind: 'drop_answer_of', bytes: 'COMMIT\0' },
] as const;

const roundsOf = 100;
const patienceMs = 120_000;

/**
 * Postgres carries a statement out and commits it, and its answer never comes: again and again, at every place where something
 * is written for a client or for Stripe, while customers go on.
 */
export async function runLostReplies(plan: TrialPlan & { readonly drops: number }): Promise<TrialReport> {
  const { drops, tell } = plan;
  const report = await runTrial({ ...plan, apps: 1, thinkMsMax: 100 }, async (trial) => {
    const { laboratory, random, tally, faults } = trial;
    const [database] = laboratory.lines;
    if (database === undefined) throw new Error('there is no line to Postgres');
    for (let done = 0; faults.length === 0 && done < drops; ) {
      const crowd = trial.open();
      for (const end = Math.min(drops, done + roundsOf); done < end; done += 1) {
        // Half of them at appends, on which everything rests.
        const { name, kind, bytes } = random.chance(0.5) ? sites[0] : random.pick(sites);
        const dropped = new Promise<true>((resolve) => {
          database.mode = { kind, bytes, dropped: () => resolve(true) };
        });
        const inTime = await Promise.race([dropped, sleep(patienceMs, false, { ref: false })]);
        if (!inTime) throw new Error(`nothing met the loss of an answer to: ${name}`);
        tally.set(name, (tally.get(name) ?? 0) + 1);
        await sleep(random.between(0, 50));
      }
      await trial.settle(crowd, performance.now());
    }
  });
  if (report.faults.length === 0) tell(noneOf(drops, 'lost replies doubled or belied anything'));
  return report;
}
