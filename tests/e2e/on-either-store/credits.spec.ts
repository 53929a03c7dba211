import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addDays, parseCivilDate } from '../../../src/domain/shared/civil-date.js';
import type { Answer } from '../../support/api-client.js';
import { field, items } from '../../support/api-client.js';
import type { RunningApp } from '../../support/counterfoil.js';
import { chosenStore, startApp } from '../../support/counterfoil.js';
import { eventuallyHolds } from '../../support/eventually.js';
import { required } from '../../support/payment-examples.js';

describe.each([chosenStore])('credit, events in %s', (store) => {
  let app: RunningApp;
  let customer: string;
  let expiring: Answer;
  beforeAll(async () => {
    app = await startApp(store);
    const registered = await app.api.post('/v1/customers', { name: 'Ada', time_zone: 'America/New_York' });
    customer = String(registered.body['id']);
  });
  afterAll(() => app?.stop());

  const grant = (change: object): Promise<Answer> =>
    app.api.post('/v1/credits', { customer, amount: 5000, type: 'promotional', ...change });
  const balances = async () => (await app.api.get(`/v1/customers/${customer}/wallet`)).body['balances'];
  /** Debit-positive, by account. */
  const books = async () =>
    Object.fromEntries(
      items(await app.api.get('/v1/ledger/trial_balance')).map((row) => [row['account'], row['balance']]),
    );

  it('is granted until midnight where the customer is, and is in the wallet at once', async () => {
    const today = required(parseCivilDate(new Date().toISOString().slice(0, 10)));
    const lastDay = addDays(today, 2);
    expiring = await grant({ expires_on: lastDay });
    expect(expiring.status).toBe(201);
    const midnight = new RegExp(`^${addDays(lastDay, 1)}T0[45]:00:00\\.000Z$`);
    expect(expiring.body['expires_at']).toMatch(midnight);
    await grant({ amount: 700, type: 'prepaid' });
    await grant({ amount: 900, currency: 'JPY' });
    expect(await balances()).toMatchObject([
      { currency: 'JPY', available: 900 },
      { currency: 'USD', available: 5700 },
    ]);
  });

  it('is taken back, and what was paid for is money that no invoice has used', async () => {
    const prepaid = await grant({ amount: 300, type: 'prepaid' });
    const revoked = await app.api.post(`/v1/credits/${prepaid.body['id']}/revoke`, {});
    expect(revoked.body).toMatchObject({ status: 'voided', remaining_amount: 0 });
    await eventuallyHolds(async () => {
      const listed = items(await app.api.get(`/v1/credits?customer=${customer}&status=voided`));
      expect(listed).toEqual([revoked.body]);
    });
  });

  it('expires when its time has come, once, and is booked as breakage', async () => {
    await app.api.post('/sim/clock', { advance_seconds: 4 * 86_400 });
    expect(field(((await balances()) as readonly unknown[])[1], 'available')).toBe(700);
    const stream = `creditAccount-${customer}`;
    await eventuallyHolds(async () => {
      const read = await app.api.get(`/v1/credits/${expiring.body['id']}`);
      expect(read.body).toMatchObject({ status: 'expired', remaining_amount: 0, fully_used: false });
      expect(await books()).toMatchObject({ breakage: -5000, customer_credit: expect.any(Number) });
    });
    const events = items(await app.api.get(`/v1/streams/${stream}/events`));
    const expired = events.filter(({ type }) => type === 'CreditExpired');
    expect(expired).toMatchObject([
      { actor: { kind: 'system', id: 'credit.expiry' }, causation_id: events[0]?.['id'] },
    ]);
    // Another read model than the ledger's, which may be behind it.
    await eventuallyHolds(async () => {
      const history = await app.api.get(`/v1/customers/${customer}/wallet/transactions`);
      expect(items(history).map(({ type }) => type)).toEqual([
        ...['expired', 'revoked', 'granted', 'granted', 'granted', 'granted'],
      ]);
    });
  });

  it('is shown to an auditor as it was, and rebuilt without a difference', async () => {
    const stream = `creditAccount-${customer}`;
    const first = await app.api.get(`/v1/audit/state?stream=${stream}&at=0`);
    expect(first.body).toMatchObject({ state: { status: 'open', grants: [{ totals: {} }], holds: [] } });
    for (const projection of ['credits', 'ledger', 'agenda']) {
      const [report] = items(await app.api.post('/v1/audit/replays', { projection }));
      expect(report).toMatchObject({ projection, difference_count: 0 });
    }
  });
});
