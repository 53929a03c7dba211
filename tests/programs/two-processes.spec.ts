import { randomInt, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPool } from '../../src/infrastructure/postgres/pool.js';
import { field, items } from '../support/api-client.js';
import type { AppProcess } from '../support/app-process.js';
import type { Cluster } from '../support/cluster.js';
import { startCluster } from '../support/cluster.js';
import { silentLogger } from '../support/postgres.js';

/** Short runs by default; KEYS=1000 and PAYMENTS=2000 are the full ones. */
const keys = Number(process.env['KEYS'] ?? 10);
const payments = Number(process.env['PAYMENTS'] ?? 10);
const sentAtOnce = 50;
const refundsAtOnce = 20;
const captured = 10_000;
const visa = { amount: captured, currency: 'USD', payment_method: 'pm_card_visa', confirm: true };

describe('two processes on one database', () => {
  let cluster: Cluster;
  let nodes: readonly AppProcess[];
  beforeAll(async () => {
    cluster = await startCluster();
    await cluster.simulator.post('/sim/rate_limit', { off: true });
    nodes = [await cluster.start(), await cluster.start()];
  });
  afterAll(() => cluster?.close());

  it('each has the connections of its first requests before it listens', async () => {
    const pool = createPool({
      ...{ connectionString: cluster.database.url, max: 1, applicationName: 'test', logger: silentLogger },
    });
    const { rows } = await pool.query<{ name: string; n: bigint }>(
      `select application_name as name, count(*) as n from pg_stat_activity
       where datname = current_database() and application_name in ('counterfoil-door', 'counterfoil-writes')
       group by name`,
    );
    await pool.end();
    expect(Object.fromEntries(rows.map(({ name, n }) => [name, n]))).toEqual({
      'counterfoil-door': 8n,
      'counterfoil-writes': 2n,
    });
  });

  const nodeOf = (n: number): AppProcess => nodes[n % nodes.length] as AppProcess;

  it(`F07: ${keys} keys, ${sentAtOnce} times at once each: one effect and one body`, async () => {
    for (let n = 0; n < keys; n += 1) {
      const key = { 'idempotency-key': randomUUID() };
      const body = { ...visa, metadata: { key: key['idempotency-key'] } };
      const first = await Promise.all(
        Array.from({ length: sentAtOnce }, (_, sent) => nodeOf(sent).api.post('/v1/payments', body, key)),
      );
      const statuses = new Set(first.map(({ status }) => status));
      expect([...statuses].filter((status) => status !== 201 && status !== 409)).toEqual([]);
      for (const waiting of first.filter(({ status }) => status === 409)) {
        expect(waiting.body['code']).toBe('idempotency_in_progress');
        expect(waiting.headers['retry-after']).toMatch(/^\d+$/);
      }
      const after = await Promise.all(nodes.map(({ api }) => api.post('/v1/payments', body, key)));
      const answered = [...first.filter(({ status }) => status === 201), ...after];
      expect(new Set(answered.map(({ text }) => text)).size).toBe(1);
      for (const { status, headers } of after) {
        expect([status, headers['idempotent-replayed']]).toEqual([201, 'true']);
      }
      expect(await cluster.chargesOf(after[0]?.body['id'])).toHaveLength(1);
    }
    // No second payment was made under any key: what there is, in the log and at Stripe, is one each.
    const state = await cluster.simulator.get('/sim/state');
    expect(field(state.body, 'counts')).toMatchObject({ payment_intent: keys, charge: keys });
  }, 3_600_000);

  it(`F13: ${payments} payments under ${refundsAtOnce} refunds at once each: never too much, and never none`, async () => {
    for (let n = 0; n < payments; n += 1) {
      const paid = await nodeOf(n).api.post('/v1/payments', visa);
      expect(paid.status).toBe(201);
      const amounts = Array.from({ length: refundsAtOnce }, () => randomInt(100, captured + 1));
      const answers = await Promise.all(
        amounts.map((amount, sent) =>
          nodeOf(sent).api.post('/v1/refunds', { payment: paid.body['id'], amount }),
        ),
      );
      const granted = answers.filter(({ status }) => status === 201 || status === 202);
      expect(granted.length).toBeGreaterThan(0);
      for (const refused of answers.filter((answer) => !granted.includes(answer))) {
        expect(['refund_exceeds_captured', 'contention']).toContain(refused.body['code']);
      }
      const refunded = granted.reduce((sum, { body }) => sum + Number(body['amount']), 0);
      expect(refunded).toBeLessThanOrEqual(captured);
      const [charge] = await cluster.chargesOf(paid.body['id']);
      expect(charge?.['amount_refunded']).toBe(refunded);
      const shown = await nodeOf(n + 1).api.get(`/v1/payments/${paid.body['id']}`);
      expect(shown.body['amount_refunded']).toBe(refunded);
    }
  }, 3_600_000);

  it('the books balance afterwards, and every read model is what the events say', async () => {
    const [node] = nodes as [AppProcess];
    const reports = items(await node.api.post('/v1/audit/replays', {}));
    expect(reports.length).toBeGreaterThan(0);
    for (const report of reports) expect(report).toMatchObject({ difference_count: 0 });
    const sums = items(await node.api.get('/v1/ledger/trial_balance')).map((row) => Number(row['balance']));
    expect(sums.reduce((sum, balance) => sum + balance, 0)).toBe(0);
  }, 600_000);
});
