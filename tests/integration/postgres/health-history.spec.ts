import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PostgresHealthHistory } from '../../../src/infrastructure/postgres/health-history.js';
import type { Bench } from '../projections/support.js';
import { openBench } from '../projections/support.js';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench?.close());

const first = { limit: 2, startingAfter: null, endingBefore: null, healthy: null };

describe('how it was', () => {
  it('is kept with the reason of each check, the latest first, and forgotten after so many days', async () => {
    const history = new PostgresHealthHistory(bench.pool);
    const checks = {
      projections: { healthy: false, detail: 'ledger is 40000 ms behind', measured: { ledger: 40_000 } },
    };
    for (const healthy of [true, false, true]) await history.keep({ healthy, checks });

    const latest = await history.list(first);
    expect([latest.rows.map(({ healthy }) => healthy), latest.hasMore]).toEqual([[true, false], true]);
    expect(latest.rows[0]).toMatchObject({ at: expect.stringMatching(/^\d{4}-.*Z$/), checks });
    const rest = await history.list({ ...first, startingAfter: latest.rows[1]?.id ?? null });
    expect([rest.rows.map(({ healthy }) => healthy), rest.hasMore]).toEqual([[true], false]);
    const bad = await history.list({ ...first, healthy: false });
    expect(bad.rows.map(({ id }) => id)).toEqual([latest.rows[1]?.id]);

    await bench.rows("update counterfoil.health_history set at = now() - interval '91 days' where id = $1", [
      rest.rows[0]?.id,
    ]);
    await bench.rows("update counterfoil.health_history set at = now() - interval '89 days' where id = $1", [
      bad.rows[0]?.id,
    ]);
    expect(await history.prune(90)).toBe(1);
    expect(await history.prune(90)).toBe(0);
    expect((await history.list(first)).rows.map(({ id }) => id)).toEqual(latest.rows.map(({ id }) => id));
  });
});
