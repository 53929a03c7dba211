import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { apiClient, items } from '../support/api-client.js';
import type { AppProcess } from '../support/app-process.js';
import { exitOf, startProgram } from '../support/app-process.js';
import type { Cluster } from '../support/cluster.js';
import { startCluster } from '../support/cluster.js';
import { eventually } from '../support/eventually.js';
import { keptPort } from '../support/kept-port.js';

const visa = { amount: 5000, currency: 'USD', payment_method: 'pm_card_visa', confirm: true };

async function refusedStart(args: readonly string[], environment: Readonly<Record<string, string>>) {
  const { child, output } = startProgram('main.js', { PORT: '0', ...environment }, args);
  expect(await exitOf(child)).toBe(1);
  return output();
}

describe('one role for each process', () => {
  let cluster: Cluster;
  let webhookPort: number;
  beforeAll(async () => {
    webhookPort = await keptPort();
    cluster = await startCluster({
      webhookPort,
      environment: { COUNTERFOIL_INLINE_BUDGET_MS: '500', COUNTERFOIL_EFFECT_GRACE_MS: '500' },
    });
  });
  afterAll(() => cluster?.close());

  it('F12: two APIs and two workers share the work: APIs record it, workers finish it, and both see the lists', async () => {
    const apis = await Promise.all([
      cluster.start({ COUNTERFOIL_ROLE: 'api', PORT: String(webhookPort) }),
      cluster.start({ COUNTERFOIL_ROLE: 'api' }),
    ]);
    const [first, second] = apis as [AppProcess, AppProcess];
    // Nobody works yet: what Stripe does not answer at once stays open, and the lists stay empty.
    await cluster.simulator.post('/sim/next', {
      operation: 'payment_intents.create',
      behavior: 'delay_after',
      delay_ms: 1500,
      times: 2,
    });
    const slow = await Promise.all(apis.map(({ api }) => api.post('/v1/payments', visa)));
    expect(slow.map(({ status }) => status)).toEqual([202, 202]);
    expect(items(await first.api.get('/v1/payments'))).toEqual([]);
    const waiting = await eventually(
      () => first.api.get('/v1/payments'),
      ({ headers }) => Number(headers['x-projection-lag-ms']) > 0,
    );
    expect(items(waiting)).toEqual([]);

    const workers = await Promise.all([
      cluster.start({ COUNTERFOIL_ROLE: 'worker' }),
      cluster.start({ COUNTERFOIL_ROLE: 'worker' }),
    ]);
    for (const { api } of apis) {
      await eventually(
        () => api.get('/v1/payments'),
        (list) => items(list).length === 2 && items(list).every((row) => row['status'] === 'succeeded'),
        30_000,
      );
    }
    const webhooks = await eventually(
      () => second.api.get('/v1/inbound_webhooks?limit=100'),
      (list) => items(list).length > 0 && items(list).every((row) => row['status'] === 'processed'),
      30_000,
    );
    expect(items(webhooks).length).toBeGreaterThan(0);
    const report = await second.api.post('/v1/audit/replays', { projection: 'payments' });
    expect(items(report)).toMatchObject([{ projection: 'payments', difference_count: 0 }]);

    // The doctor and the running server look at the same, and say the same of it.
    const { port: PORT } = new URL(second.url);
    const doctor = startProgram('doctor.js', { ...cluster.environment, PORT });
    await exitOf(doctor.child);
    const checked = await second.api.get('/v1/config/check');
    const timeless = (text: string) => text.replaceAll(/\d+ (ms|s from)/g, '<n> $1');
    const marks: Readonly<Record<string, string>> = { ok: 'ok', warn: 'warn', fail: 'FAIL' };
    const lines = (checked.body['checks'] as Record<string, string>[]).flatMap(
      ({ name = '', status = '', detail, mend }) => [
        `${marks[status]} ${name} ${detail}`,
        ...(mend === null ? [] : [String(mend)]),
      ],
    );
    const said = doctor.output().trim().split('\n').slice(1);
    expect(said.map((line) => timeless(line.trim().replaceAll(/ +/g, ' ')))).toEqual(lines.map(timeless));
    expect(lines.length).toBeGreaterThan(10);

    // One of each may go, and the others go on.
    expect(await first.stop()).toBe(0);
    await workers[0]?.kill();
    const { body: asked } = await second.api.post('/v1/payments', visa);
    const paid = await eventually(
      () => second.api.get(`/v1/payments/${asked['id']}`),
      ({ body }) => body['status'] === 'succeeded',
      30_000,
    );
    await eventually(
      () => second.api.get('/v1/payments'),
      (list) => items(list).length === 3,
      30_000,
    );
    expect(await cluster.chargesOf(paid.body['id'])).toHaveLength(1);

    // A worker tells how it is, and nothing else.
    const worker = workers[1] as AppProcess;
    expect((await worker.api.get('/health/ready')).status).toBe(200);
    expect((await worker.api.get('/v1/payments')).status).toBe(404);
    const webhook = await apiClient(worker.url, null).post('/webhooks/stripe', {});
    expect(webhook.status).toBe(404);
    expect(worker.output()).toContain("Counterfoil's worker is ready");
    expect(await worker.stop()).toBe(0);
  }, 300_000);

  it('a role that there is none of, or that lacks what it shares with others, ends the start with a word on it', async () => {
    const { environment } = cluster;
    expect(await refusedStart(['--role', 'leader'], environment)).toContain('Use one of api, worker, all.');
    expect(await refusedStart([], { ...environment, COUNTERFOIL_ROLE: 'leader' })).toContain(
      'COUNTERFOIL_ROLE has a value that it cannot have.',
    );
    expect(await refusedStart(['--rule', 'api'], environment)).toContain('The arguments are --role');
    const alone = await refusedStart(['--role', 'worker'], {});
    expect(alone).toContain('DATABASE_URL is missing in role worker');
    expect(alone).toContain('STRIPE_SECRET_KEY is missing in role worker');
  });
});
