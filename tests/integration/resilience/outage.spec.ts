import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { items } from '../../support/api-client.js';
import type { RunningApp } from '../../support/counterfoil.js';
import { startApp } from '../../support/counterfoil.js';
import { eventually } from '../../support/eventually.js';

const payments = 16;

let app: RunningApp;
beforeAll(async () => {
  app = await startApp('Postgres');
});
afterAll(() => app.stop());

const breakerOf = async (name: string) =>
  items(await app.api.get('/v1/breakers')).find(({ id }) => id === name)?.['state'];

const pay = () =>
  app.api.post(
    '/v1/payments',
    { amount: 900, currency: 'USD', payment_method: 'pm_card_visa', confirm: true },
    { 'idempotency-key': randomUUID() },
  );

it('an outage of Stripe opens the breaker, and ends with one charge for each payment', async () => {
  await app.simulator.post('/sim/next', { behavior: 'reset_before', times: 1_000 });
  const taken = await Promise.all(Array.from({ length: payments }, pay));
  for (const { status } of taken) expect([201, 202]).toContain(status);
  expect(await breakerOf('stripe_writes')).toBe('open');
  const health = await app.api.get('/health/payments');
  expect(health.status).toBe(503);
  expect(health.body['checks']).toMatchObject({ provider: { healthy: false } });

  const whileOpen = await pay();
  expect([whileOpen.status, whileOpen.body['status']]).toEqual([202, 'processing']);
  await app.simulator.post('/sim/next/clear', {});
  for (const { body } of [...taken, whileOpen]) {
    const { status, body: payment } = await eventually(
      () => app.api.get(`/v1/payments/${body['id']}`),
      (answer) => answer.body['status'] === 'succeeded',
      60_000,
    );
    expect(status).toBe(200);
    expect(await app.chargesOf({ status, body: payment } as never)).toHaveLength(1);
  }
  await eventually(
    () => breakerOf('stripe_writes'),
    (state) => state === 'closed',
  );
});
