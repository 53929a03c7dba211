import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from '../support/api-client.js';
import { field, items } from '../support/api-client.js';
import type { AppProcess } from '../support/app-process.js';
import type { Cluster } from '../support/cluster.js';
import { startCluster } from '../support/cluster.js';
import { eventually } from '../support/eventually.js';

/** A short run by default; RESTARTS=200 is the full one. */
const restarts = Number(process.env['RESTARTS'] ?? 4);
const clients = 6;
const visa = { amount: 5000, currency: 'USD', payment_method: 'pm_card_visa', confirm: true };

/** What a load balancer sees of a node that is not there: nothing was sent, so another node may be asked. */
const isRefused = (error: unknown): boolean => field(error, 'code') === 'ECONNREFUSED';

describe('F04: two nodes, restarted one after the other under load', () => {
  let cluster: Cluster;
  let nodes: AppProcess[];
  beforeAll(async () => {
    cluster = await startCluster();
    await cluster.simulator.post('/sim/rate_limit', { off: true });
    nodes = [await cluster.start(), await cluster.start()];
  }, 60_000);
  afterAll(() => cluster?.close());

  it(`${restarts} restarts: no request fails, every node stops with code 0, and each payment is charged once`, async () => {
    const loading = new AbortController();
    const paid: Answer[] = [];
    const failures: string[] = [];
    let refused = 0;

    /** The next node's answer; the other one's where nobody listens. Anything else that goes wrong is a failure. */
    async function balanced(turn: number, send: (node: AppProcess) => Promise<Answer>): Promise<Answer> {
      for (let attempt = turn; ; attempt += 1) {
        try {
          return await send(nodes[attempt % nodes.length] as AppProcess);
        } catch (error) {
          if (!isRefused(error)) throw error;
          refused += 1;
        }
      }
    }

    async function client(first: number): Promise<void> {
      for (let turn = first; !loading.signal.aborted; turn += 1) {
        const key = { 'idempotency-key': randomUUID() };
        const answer = await balanced(turn, ({ api }) => api.post('/v1/payments', visa, key)).catch(
          (error: unknown) => void failures.push(`POST: ${String(error)}`),
        );
        if (answer === undefined) continue;
        if (answer.status === 201) paid.push(answer);
        else failures.push(`POST: ${answer.status} ${answer.text}`);
        const path = `/v1/payments/${answer.body['id']}`;
        const shown = await balanced(turn + 1, ({ api }) => api.get(path)).catch(
          (error: unknown) => void failures.push(`GET: ${String(error)}`),
        );
        if (shown !== undefined && shown.status !== 200) failures.push(`GET: ${shown.status} ${shown.text}`);
      }
    }

    const load = Array.from({ length: clients }, (_, n) => client(n));
    for (let n = 0; n < restarts; n += 1) {
      const at = n % nodes.length;
      const before = paid.length;
      await eventually(
        async () => paid.length + failures.length,
        (count) => count > before + clients,
      );
      const node = nodes[at] as AppProcess;
      expect(await node.stop()).toBe(0);
      nodes[at] = await cluster.start({ PORT: new URL(node.url).port });
    }
    loading.abort();
    await Promise.all(load);

    expect(failures).toEqual([]);
    expect(refused).toBeGreaterThan(0);
    expect(paid.length).toBeGreaterThan(restarts);
    const intents = paid.map(({ body }) => field(body, 'provider', 'payment_intent'));
    expect(new Set(intents).size).toBe(paid.length);
    const state = await cluster.simulator.get('/sim/state');
    expect(field(state.body, 'counts')).toMatchObject({ payment_intent: paid.length, charge: paid.length });
    const reports = items(await (nodes[0] as AppProcess).api.post('/v1/audit/replays', {}));
    expect(reports.map((report) => report['difference_count'])).toEqual(reports.map(() => 0));
  }, 7_200_000);
});
