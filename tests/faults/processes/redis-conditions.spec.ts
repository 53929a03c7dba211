import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type { Answer } from '../../support/api-client.js';
import { field, items } from '../../support/api-client.js';
import type { RunningApp } from '../../support/counterfoil.js';
import { startApp } from '../../support/counterfoil.js';
import { eventually } from '../../support/eventually.js';
import type { RedisServer } from '../../support/redis.js';
import { hasRedisServer, startRedis } from '../../support/redis.js';

if (!hasRedisServer) process.stdout.write('Nothing is tested with Redis: there is no redis-server\n');
const withRedis = hasRedisServer ? describe : describe.skip;

const visa = { amount: 5000, currency: 'USD', payment_method: 'pm_card_visa', confirm: true };
const needsAction = { ...visa, payment_method: 'pm_card_threeDSecure2Required' };

const pathOf = (answer: Answer): string =>
  `/v1/payments/${answer.body['id'] ?? field(answer.body, 'payment', 'id')}`;

async function whenStatus(app: RunningApp, payment: Answer, status: string): Promise<Answer> {
  return eventually(
    () => app.api.get(pathOf(payment)),
    ({ body }) => body['status'] === status,
    20_000,
  );
}

async function authenticate(app: RunningApp, payment: Answer): Promise<void> {
  const intent = field(payment.body, 'provider', 'payment_intent');
  await app.simulator.post(`/sim/payment_intents/${intent}/complete_action`, { outcome: 'succeed' });
}

/** One of everything that touches Redis, and what it must not: `disturb` happens between the steps. */
async function history(app: RunningApp, disturb: () => Promise<void>): Promise<readonly Answer[]> {
  const { api, simulator } = app;
  const key = { 'idempotency-key': randomUUID() };
  const paid = await api.post('/v1/payments', visa, key);
  await api.post('/v1/refunds', { payment: paid.body['id'], amount: 1000 });
  await disturb();
  expect((await api.post('/v1/payments', visa, key)).text).toBe(paid.text);
  // Six of them fit into what is left.
  await Promise.all(
    Array.from({ length: 20 }, () => api.post('/v1/refunds', { payment: paid.body['id'], amount: 600 })),
  );
  const asked = await api.post('/v1/payments', needsAction);
  expect((await api.get(pathOf(asked))).body['client_secret']).toBe(asked.body['client_secret']);
  await disturb();
  expect((await api.get(pathOf(asked))).body['client_secret']).toBe(asked.body['client_secret']);
  await authenticate(app, asked);
  // The worker takes a lease for what Stripe did not answer.
  const held = await api.post('/v1/payments', { ...visa, capture_method: 'manual' });
  await simulator.post('/sim/next', {
    operation: 'payment_intents.capture',
    behavior: 'lose_answer',
    times: 2,
  });
  const lost = await api.post(`${pathOf(held)}/capture`, { amount: 3000 });
  expect(lost.status).toBe(202);
  await disturb();
  const declined = await api.post('/v1/payments', {
    ...visa,
    payment_method: 'pm_card_visa_chargeDeclined',
  });
  await whenStatus(app, asked, 'succeeded');
  await whenStatus(app, held, 'succeeded');
  return [paid, asked, held, declined];
}

/** How it all ended, without ids and times. */
async function finalState(app: RunningApp, payments: readonly Answer[]) {
  const { api } = app;
  const states = [];
  for (const payment of payments) {
    const { body } = await api.get(pathOf(payment));
    const timeline = items(await api.get(`${pathOf(payment)}/timeline`));
    const refunds = items(await api.get(`/v1/refunds?payment=${body['id']}&limit=100`));
    states.push({
      status: body['status'],
      amounts: [body['amount_authorized'], body['amount_captured'], body['amount_refunded']],
      events: timeline.map(({ type }) => String(type)).sort(),
      refunds: refunds.map(({ status, amount }) => `${status} ${amount}`).sort(),
      charges: (await app.chargesOf(payment)).map(({ amount_captured: captured }) => captured),
    });
  }
  const differences = items(await api.post('/v1/audit/replays', {})).map((each) => each['difference_count']);
  const accounts = items(await api.get('/v1/ledger/trial_balance')).map((row) => [
    row['account'],
    row['balance'],
  ]);
  return { states, differences, accounts, atStripe: await app.simulatorBalances() };
}

async function runThrough(redis: RedisServer | null, disturb: () => Promise<void>) {
  const app = await startApp('Postgres', redis === null ? {} : { REDIS_URL: redis.url });
  try {
    const payments = await history(app, disturb);
    return await eventually(
      () => finalState(app, payments),
      // The last webhooks bring fees, and the read models follow.
      ({ states, accounts }) =>
        accounts.length > 0 &&
        states.every(
          ({ status, events }) => status !== 'succeeded' || events.includes('PaymentFeeRecorded'),
        ) &&
        states[0]?.refunds.length === 7,
      20_000,
    );
  } finally {
    redis?.process.kill('SIGCONT');
    await app.stop();
  }
}

withRedis('the same history, whatever Redis does', () => {
  let redis: RedisServer | undefined;
  let without: Awaited<ReturnType<typeof runThrough>>;
  beforeAll(async () => {
    without = await runThrough(null, async () => undefined);
  }, 300_000);
  afterEach(() => redis?.kill());

  it('ends without Redis as it should', () => {
    expect(without.states.map(({ status }) => status)).toEqual([
      'partially_refunded',
      'succeeded',
      'succeeded',
      'requires_payment_method',
    ]);
    expect(without.states[0]?.amounts).toEqual([5000, 5000, 4600]);
    expect(without.differences.every((count) => count === 0)).toBe(true);
  });

  it.each<[string, (server: RedisServer) => Promise<void>]>([
    ['answers', async () => undefined],
    ['is flushed between the steps', (server) => server.flush()],
    ['freezes', async (server) => void server.process.kill('SIGSTOP')],
    ['dies', (server) => server.kill()],
    ['holds nothing but lies', async (server) => void (await server.poison(() => 'bGllcw=='))],
  ])(
    'ends the same when Redis %s',
    async (_condition, disturb) => {
      const server = await startRedis();
      redis = server;
      expect(await runThrough(server, () => disturb(server))).toEqual(without);
    },
    300_000,
  );
});

withRedis('what Redis keeps of a payment', () => {
  let redis: RedisServer;
  let app: RunningApp;
  beforeAll(async () => {
    redis = await startRedis();
    app = await startApp('Postgres', { REDIS_URL: redis.url });
    // The connection is made while the first requests are answered.
    const warmUp = await app.api.post('/v1/payments', needsAction);
    await eventually(
      async () => {
        await app.api.get(pathOf(warmUp));
        return redis.poison((_key, was) => was);
      },
      (kept) => kept > 0,
    );
    await redis.flush();
  }, 180_000);
  afterAll(async () => {
    await app?.stop();
    await redis?.kill();
  });

  const failLookUps = () =>
    app.simulator.post('/sim/next', {
      operation: 'payment_intents.retrieve',
      behavior: 'error_500_before',
      times: 20,
    });

  it('is found again without a call to Stripe, and cannot be read there', async () => {
    // On a machine that is slow just now Redis is done without, and what was asked for is not found: then it is tried anew.
    await eventually(
      async () => {
        const asked = await app.api.post('/v1/payments', needsAction);
        const secret = String(asked.body['client_secret']);
        expect(secret).toContain('_secret_');
        await failLookUps();
        const found = (await app.api.get(pathOf(asked))).body['client_secret'];
        await app.simulator.post('/sim/next/clear', {});
        return found === secret;
      },
      (isFound) => isFound,
    );
    const client = new Redis(redis.url);
    const keys = await client.keys('counterfoil:cache:*');
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) {
      const kept = (await client.get(key)) ?? '';
      expect(kept + Buffer.from(kept, 'base64').toString('latin1')).not.toContain('_secret_');
    }
    client.disconnect();
  });

  it.each<[string, (others: readonly string[]) => (key: string, was: string) => string]>([
    ['rubbish', () => () => 'not what was written'],
    ['nothing', () => () => ''],
    ['cut short', () => (_key, was) => was.slice(0, -8)],
    ['changed by one bit', () => (_key, was) => `${was.startsWith('A') ? 'B' : 'A'}${was.slice(1)}`],
    [
      'of another payment, or of an earlier revision',
      (others) => (_key, was) => others.find((value) => value !== was) ?? '',
    ],
  ])('never answers when it is %s', async (_what, poisonOf) => {
    await redis.flush();
    const asked = [
      await app.api.post('/v1/payments', needsAction),
      await app.api.post('/v1/payments', needsAction),
    ];
    // Whoever asks has it kept again, should Redis have been done without for a moment.
    const values = await eventually(
      async () => {
        for (const payment of asked) await app.api.get(pathOf(payment));
        const kept: string[] = [];
        await redis.poison((_key, was) => {
          kept.push(was);
          return was;
        });
        return kept;
      },
      (kept) => kept.length > 1,
    );
    expect(await redis.poison(poisonOf(values))).toBeGreaterThan(1);
    for (const payment of asked) {
      const shown = await app.api.get(pathOf(payment));
      expect(shown.body).toEqual(payment.body);
      await authenticate(app, payment);
      const settled = await whenStatus(app, payment, 'succeeded');
      expect(settled.body['client_secret'] ?? null).toBeNull();
    }
  });
});
