import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from '../../support/api-client.js';
import { field, items } from '../../support/api-client.js';
import type { AppProcess } from '../../support/app-process.js';
import type { Cluster } from '../../support/cluster.js';
import { startCluster } from '../../support/cluster.js';
import { eventually } from '../../support/eventually.js';

/** A short run by default; RESTARTS=200 is the full one. */
const restarts = Number(process.env['RESTARTS'] ?? 4);
const clients = 6;
const visa = { amount: 5000, currency: 'USD', payment_method: 'pm_card_visa', confirm: true };

/**
 * What a load balancer sees of a node that is not there, so that another one may be asked: nobody listens, or the connection
 * was reset. The kernel resets whoever has connected and was not taken in before the node stopped listening, and no program
 * can tell how many those are. What was sent twice carries its key, and below each payment must be there once.
 */
const isGone = (error: unknown): boolean =>
  ['ECONNREFUSED', 'ECONNRESET'].includes(String(field(error, 'code')));

/** What a node logs of a request for which it had to connect to Postgres anew, and was not let in within its second. */
const isLateConnection = /Connection terminated due to connection timeout/;

type Refusal = { readonly node: AppProcess; readonly answer: Answer };

/** The line of the node's log that says why the request failed. */
function reasonOf(node: AppProcess, answer: Answer): string | undefined {
  const requestId = String(answer.body['request_id']);
  return node
    .output()
    .split('\n')
    .find((line) => line.includes('a request failed') && line.includes(requestId));
}

describe('F04: two nodes, restarted one after the other under load', () => {
  let cluster: Cluster;
  let nodes: AppProcess[];
  beforeAll(async () => {
    cluster = await startCluster();
    await cluster.simulator.post('/sim/rate_limit', { off: true });
    nodes = [await cluster.start(), await cluster.start()];
  }, 180_000);
  afterAll(() => cluster?.close());

  it(`${restarts} restarts: no request is lost, every node stops with code 0, and each payment is charged once`, async () => {
    const loading = new AbortController();
    const paid: Answer[] = [];
    const failures: string[] = [];
    /** Why a node that was stopping answered 503 is in its log, which is read when it has stopped. */
    const refused: Refusal[] = [];
    let notThere = 0;
    /** Until it has ended. Its port is then the next process's, whose log has nothing of what this one answered. */
    let stopping: AppProcess | undefined;

    /**
     * The next node's answer; the other one's where nobody listens. A node that runs on may be too busy for a moment, and says
     * so; one that stops has no excuse but that Postgres did not let it in, which takes longer than its second where other tests
     * keep the machine busy. Anything else that goes wrong is a failure.
     */
    async function balanced(turn: number, send: (node: AppProcess) => Promise<Answer>): Promise<Answer> {
      for (let attempt = turn; ; attempt += 1) {
        const node = nodes[attempt % nodes.length] as AppProcess;
        const wasStopping = node === stopping;
        try {
          const answer = await send(node);
          if (answer.status !== 503) return answer;
          if (wasStopping || node === stopping) refused.push({ node, answer });
        } catch (error) {
          if (!isGone(error)) throw error;
          notThere += 1;
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
        if (answer.status !== 201) {
          failures.push(`POST: ${answer.status} ${answer.text}`);
          continue;
        }
        paid.push(answer);
        const path = `/v1/payments/${answer.body['id']}`;
        const shown = await balanced(turn + 1, ({ api }) => api.get(path)).catch(
          (error: unknown) => void failures.push(`GET: ${String(error)}`),
        );
        if (shown !== undefined && shown.status !== 200) failures.push(`GET: ${shown.status} ${shown.text}`);
      }
    }

    const load = Array.from({ length: clients }, (_, n) => client(n));
    try {
      for (let n = 0; n < restarts; n += 1) {
        const at = n % nodes.length;
        const before = paid.length;
        await eventually(
          async () => paid.length + failures.length,
          (count) => count > before + clients,
          60_000,
        );
        const node = nodes[at] as AppProcess;
        stopping = node;
        expect(await node.stop()).toBe(0);
        stopping = undefined;
        // It stays away until a client has noticed.
        const noticed = notThere;
        await eventually(
          async () => notThere,
          (count) => count > noticed,
        );
        nodes[at] = await cluster.start({ PORT: new URL(node.url).port });
      }
    } finally {
      loading.abort();
      await Promise.all(load);
    }

    const reasons = refused.map(({ node, answer }) => `${answer.text} ${reasonOf(node, answer)}`);
    expect([...failures, ...reasons.filter((reason) => !isLateConnection.test(reason))]).toEqual([]);
    expect(paid.length).toBeGreaterThan(restarts);
    const intents = paid.map(({ body }) => field(body, 'provider', 'payment_intent'));
    expect(new Set(intents).size).toBe(paid.length);
    const state = await cluster.simulator.get('/sim/state');
    expect(field(state.body, 'counts')).toMatchObject({ payment_intent: paid.length, charge: paid.length });
    const reports = items(await (nodes[0] as AppProcess).api.post('/v1/audit/replays', {}));
    expect(reports.map((report) => report['difference_count'])).toEqual(reports.map(() => 0));
  }, 7_200_000);
});
