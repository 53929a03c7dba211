import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import pg from 'pg';
import { createBackfillPayments } from '../../../src/application/payment/backfill-payments.js';
import { createContainer } from '../../../src/composition/container.js';
import { tokens } from '../../../src/composition/tokens.js';
import { readConfig } from '../../../src/config.js';
import { readStripeNews } from '../../../src/infrastructure/stripe/stripe-news.js';
import { httpTokens } from '../../../src/interfaces/http/http-tokens.js';
import { field, items } from '../../support/api-client.js';
import type { RunningApp } from '../../support/counterfoil.js';
import { startApp } from '../../support/counterfoil.js';
import { eventually } from '../../support/eventually.js';
import { silentLogger } from '../../support/postgres.js';

let app: RunningApp;
beforeAll(async () => {
  // The worker leaves open requests alone, so that what happens here is the recovery's doing.
  app = await startApp('Postgres', { COUNTERFOIL_EFFECT_GRACE_MS: '600000' });
});
afterAll(() => app.stop());
beforeEach(async () => {
  await app.simulator.post('/sim/next/clear', {});
  await app.simulator.post('/sim/webhooks', {});
});

const key = () => ({ 'idempotency-key': randomUUID() });
const pay = (method = 'pm_card_visa') =>
  app.api.post(
    '/v1/payments',
    { amount: 4_000, currency: 'USD', payment_method: method, confirm: true },
    key(),
  );
const recover = (id: unknown) => app.api.post(`/v1/payments/${id}/recover`, {});

/** As Stripe's dashboard would, past us. */
async function refundOutside(payment: Awaited<ReturnType<typeof pay>>, amount: number) {
  const { status } = await fetch(new URL('/v1/refunds', app.simulatorUrl ?? ''), {
    method: 'POST',
    headers: { authorization: 'Bearer sk_test_counterfoil_demo' },
    body: new URLSearchParams({
      payment_intent: String(field(payment.body, 'provider', 'payment_intent')),
      amount: String(amount),
    }),
  });
  expect(status).toBe(200);
}

it('a payment whose answer was lost is asked for again under its own key', async () => {
  await app.simulator.post('/sim/next', { behavior: 'hang', operation: 'payment_intents.create' });
  const payment = await pay();
  expect([payment.status, payment.body['status']]).toEqual([202, 'processing']);
  const recovered = await recover(payment.body['id']);
  expect([recovered.status, recovered.body['status']]).toEqual([200, 'succeeded']);
  expect(await app.chargesOf(recovered)).toHaveLength(1);
  expect((await recover(payment.body['id'])).body['revision']).toBe(recovered.body['revision']);
});

it('a provider that does not answer leaves the outcome unknown', async () => {
  await app.simulator.post('/sim/next', { behavior: 'error_500_before', times: 20 });
  const payment = await pay();
  const recovered = await recover(payment.body['id']);
  expect([recovered.status, recovered.body['status']]).toEqual([202, 'processing']);
  await app.simulator.post('/sim/next/clear', {});
  expect((await recover(payment.body['id'])).body['status']).toBe('succeeded');
});

it('what was done outside, and was never told, is adopted', async () => {
  await app.simulator.post('/sim/webhooks', { drop: true });
  const payment = await pay();
  await refundOutside(payment, 1_500);
  const recovered = await recover(payment.body['id']);
  expect(recovered.body).toMatchObject({ status: 'partially_refunded', amount_refunded: 1_500 });
  const again = await recover(payment.body['id']);
  expect(again.body['revision']).toBe(recovered.body['revision']);
});

it('a payment that there is none of is not found', async () => {
  const { status } = await recover('pay_01890a5d-ac96-774b-bcce-b302099a8057');
  expect(status).toBe(404);
});

it('the daily run finds what is stuck and records what the provider knows', async () => {
  await app.simulator.post('/sim/webhooks', { drop: true });
  const payment = await pay('pm_card_authenticationRequired');
  expect(payment.body['status']).toBe('requires_action');
  const intent = field(payment.body, 'provider', 'payment_intent');
  await app.simulator.post(`/sim/payment_intents/${intent}/complete_action`, { outcome: 'succeed' });
  const client = new pg.Client({ connectionString: app.databaseUrl });
  await client.connect();
  try {
    await eventually(
      async () =>
        client.query(
          `update read_payments.payments set status_since = status_since - interval '2 days' where id = $1 and status = 'requires_action'`,
          [payment.body['id']],
        ),
      ({ rowCount }) => rowCount === 1,
    );
  } finally {
    await client.end();
  }
  expect((await app.api.post('/v1/jobs/stuck_payments/run', {})).status).toBe(202);
  const found = await eventually(
    () => app.api.get(`/v1/payments/${payment.body['id']}`),
    ({ body }) => body['status'] === 'succeeded',
  );
  expect(await app.chargesOf(found)).toHaveLength(1);
  const job = await eventually(
    async () => items(await app.api.get('/v1/jobs')).find(({ id }) => id === 'stuck_payments'),
    (each) => each?.['running'] === false,
  );
  expect(job?.['report']).toMatchObject({ looked_at: 1, resolved: 1, still_open: 0, failed: 0 });
  expect((await app.api.post('/v1/jobs/nothing/run', {})).status).toBe(404);
});

it('F41: what was never told is found in the provider’s list of events', async () => {
  await app.simulator.post('/sim/webhooks', { drop: true });
  const payments = await Promise.all([pay(), pay(), pay()]);
  for (const payment of payments) await refundOutside(payment, 700);
  const report = await backfillIn(4 * dayMs);
  expect(report['recovered']).toBeGreaterThanOrEqual(payments.length);
  expect(report['still_open']).toBe(0);
  expect(await refundedOf(payments)).toEqual([700, 700, 700]);
});

it('a card that a customer saved, and that was never told, is found in the provider’s list of events', async () => {
  const path = await saveUnheard();
  expect((await backfillIn(5 * dayMs))['customers']).toBeGreaterThan(0);
  await expectCard(path);
});

it('F41: after a gap that is longer than the provider’s memory every payment and every customer is looked at', async () => {
  const path = await saveUnheard();
  await app.simulator.post('/sim/webhooks', { drop: true });
  const payments = await Promise.all([pay(), pay()]);
  for (const payment of payments) await refundOutside(payment, 900);
  await eventually(
    async () => items(await app.api.get('/v1/payments')).map(({ id }) => id),
    (listed) => payments.every(({ body }) => listed.includes(body['id'])),
  );
  const report = await backfillIn(40 * dayMs, 35 * dayMs);
  expect(report).toMatchObject({ events: 0, still_open: 0 });
  expect(await refundedOf(payments)).toEqual([900, 900]);
  await expectCard(path);
});

/** A customer whose card was saved while webhooks were lost. */
async function saveUnheard(): Promise<string> {
  const made = await app.api.post('/v1/customers', {});
  const path = `/v1/customers/${made.body['id']}`;
  const setup = await app.api.post(`${path}/setup_intents`, {});
  await app.simulator.post('/sim/webhooks', { drop: true });
  const intent = field(setup.body, 'provider', 'setup_intent');
  await app.simulator.post(`/sim/setup_intents/${intent}/confirm`, { payment_method: 'pm_card_visa' });
  await eventually(
    async () => items(await app.api.get('/v1/customers')).map(({ id }) => id),
    (listed) => listed.includes(made.body['id']),
  );
  expect(items(await app.api.get(`${path}/payment_methods`))).toEqual([]);
  return path;
}

async function expectCard(path: string) {
  const [card] = items(await app.api.get(`${path}/payment_methods`));
  expect(card).toMatchObject({ last4: '4242', default: true });
}

const dayMs = 24 * 3_600_000;

/** The job as it would run after this time, and that long after the last good run, which is never by default. */
async function backfillIn(ms: number, sinceLastMs?: number) {
  const now = new Date(Date.now() + ms).toISOString() as never;
  await app.simulator.post('/sim/clock', { advance_seconds: ms / 1_000 });
  const container = createContainer({
    config: readConfig({}),
    logger: silentLogger,
    databaseUrl: app.databaseUrl,
    EventStoreDb: null,
    secretKey: '0'.repeat(64),
    stripe: {
      secretKey: 'sk_test_counterfoil_demo',
      apiBase: app.simulatorUrl ?? '',
      webhookSecrets: ['whsec_0123456789abcdef'],
      simulated: true,
    },
    ...{ publicUrl: app.url, consoleUrl: app.url },
  });
  try {
    const run = createBackfillPayments({
      events: container.get(tokens.stripeGateway),
      inbox: container.get(httpTokens.inboundWebhooks),
      readNews: readStripeNews,
      payments: container.get(httpTokens.paymentQueries),
      recover: container.get(httpTokens.recoverPayment),
      customers: container.get(tokens.backfillCustomers),
      leftovers: container.get(tokens.leftovers),
      clock: { now: () => now },
      logger: silentLogger,
    });
    const last = sinceLastMs === undefined ? null : new Date(Date.parse(now) - sinceLastMs).toISOString();
    return await run(async () => true, last as never);
  } finally {
    await container.get(tokens.pool).end();
    await container.get(httpTokens.eventStore).close();
  }
}

async function refundedOf(payments: readonly Awaited<ReturnType<typeof pay>>[]) {
  const now = await Promise.all(payments.map(({ body }) => app.api.get(`/v1/payments/${body['id']}`)));
  return now.map(({ body }) => body['amount_refunded']);
}
