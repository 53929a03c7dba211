import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createApiClient } from '../../src/interfaces/cli/api-client.js';
import { makeDemoHistory } from '../../src/interfaces/cli/demo-history.js';
import { field, items } from '../support/api-client.js';
import type { RunningApp } from '../support/counterfoil.js';
import { startApp } from '../support/counterfoil.js';
import { eventuallyHolds } from '../support/eventually.js';

let app: RunningApp;
beforeAll(async () => {
  app = await startApp('Postgres', { COUNTERFOIL_REFUND_APPROVAL_FROM: '1000' });
});
afterAll(() => app?.stop());

const tell = (seed: number) =>
  makeDemoHistory({
    api: createApiClient(app.url, app.apiKey ?? ''),
    simulator: createApiClient(app.simulatorUrl ?? '', ''),
    forward: async (ms: number) => void (await app.api.post('/sim/clock', { advance_seconds: ms / 1_000 })),
    ...{ days: 4, seed, signal: new AbortController().signal },
  });

/** Every payment so far, the oldest first. */
async function payments(): Promise<readonly string[]> {
  const page = items(await app.api.get('/v1/payments?limit=100'));
  return page.map(({ amount, currency }) => `${amount} ${currency}`);
}

it('demo data is made by the API, the same for one seed, and its books balance', async () => {
  expect(await tell(1)).toBeGreaterThan(15);
  const first = await payments();
  expect(first.length).toBeGreaterThan(12);
  const declined = await app.api.get('/v1/payments?status=requires_payment_method');
  expect(items(declined).length).toBeGreaterThan(0);
  expect(new Set(first.map((each) => each.split(' ')[1]))).toEqual(new Set(['USD', 'EUR', 'JPY']));
  expect(items(await app.api.get('/v1/customers?limit=100'))).toHaveLength(20);
  await eventuallyHolds(async () => {
    const waits = items(await app.api.get('/v1/refunds?status=requires_approval'));
    expect(waits.map(({ amount, currency }) => `${amount} ${currency}`)).toEqual(['120000 USD']);
  });
  // What there is to look at is there by the plan of the story, and not by luck.
  await eventuallyHolds(async () => {
    const refunds = items(await app.api.get('/v1/refunds?status=succeeded'));
    expect(refunds.length).toBeGreaterThan(0);
    const open = items(await app.api.get('/v1/invoices?status=open&limit=100'));
    const overdue = open.filter((each) => each['overdue'] === true);
    expect(overdue.map((each) => `${each['amount_due']} ${each['currency']}`)).toContain('9500 EUR');
    const plans = items(await app.api.get('/v1/payment_plans'));
    expect(plans.filter(({ parts }) => Array.isArray(parts) && parts.length > 1).length).toBeGreaterThan(0);
    const waiting = items(await app.api.get('/v1/payments?status=requires_action&limit=100'));
    expect(waiting.map(({ amount, currency }) => `${amount} ${currency}`)).toContain('64900 USD');
    const disputes = items(await app.api.get('/v1/disputes?awaits_evidence=true'));
    expect(disputes.map(({ amount, currency }) => `${amount} ${currency}`)).toEqual(['18900 USD']);
    const health = await app.api.get('/health/payments');
    expect(field(health.body, 'checks', 'stuck_payments', 'detail')).toMatch(/^1 have not moved on/);
  });
  await tell(1);
  const both = await payments();
  // The second time brings what the first one brought. What becomes of a part that falls due meanwhile is a matter of time.
  expect([...both].sort()).toEqual([...first, ...first].sort());
  await eventuallyHolds(async () => {
    const { body } = await app.api.get('/health/payments');
    expect(body['status']).toBe('ok');
    const sums = new Map<unknown, number>();
    for (const { currency, balance } of items(await app.api.get('/v1/ledger/trial_balance')))
      sums.set(currency, (sums.get(currency) ?? 0) + Number(balance));
    expect([...sums.values()]).toEqual([0, 0, 0]);
  });
  expect(field((await app.api.get('/v1/invoices?status=open')).body, 'object')).toBe('list');
});
