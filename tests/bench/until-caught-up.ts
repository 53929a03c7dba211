import { setTimeout as sleep } from 'node:timers/promises';
import { withClient } from './bench-cluster.js';

const timeoutMs = 600_000;

/** Resolves when every read model of a running program, and its policies, have passed the last event. */
export async function untilCaughtUp(databaseUrl: string): Promise<void> {
  const startedAt = performance.now();
  await withClient(databaseUrl, async (client) => {
    for (;;) {
      const { rows } = await client.query<{ behind: number }>(
        `select count(*)::int as behind
         from (select position from counterfoil.projections union all select position from counterfoil.policy_position) as at
         where position < (select max(position) from eventstore.events)`,
      );
      if (rows[0]?.behind === 0) return;
      if (performance.now() - startedAt > timeoutMs)
        throw new Error('read models or policies do not catch up');
      await sleep(100);
    }
  });
}
