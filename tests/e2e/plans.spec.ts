import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from '../support/api-client.js';
import { apiClient, field, items } from '../support/api-client.js';
import type { RunningApp } from '../support/counterfoil.js';
import { startApp, stores } from '../support/counterfoil.js';
import { eventuallyHolds } from '../support/eventually.js';
import { issueInvoice } from '../support/issue-invoice.js';

const dayS = 86_400;

describe.each(stores)('orders, plans and manual payments, events in %s', (store) => {
  let app: RunningApp;
  let customer: string;
  beforeAll(async () => {
    app = await startApp(store);
    customer = String((await app.api.post('/v1/customers', { time_zone: 'America/St_Johns' })).body['id']);
  }, 60_000);
  afterAll(() => app?.stop());

  const types = async (stream: string): Promise<readonly unknown[]> =>
    items(await app.api.get(`/v1/streams/${stream}/events`)).map(({ type }) => type);

  it('an order is approved with terms and shown in its list', async () => {
    const order = await app.api.post('/v1/orders', { customer, currency: 'USD', total: 90_00 });
    const go = (to: string, more: object = {}): Promise<Answer> =>
      app.api.post(`/v1/orders/${order.body['id']}/transitions`, { to, reason: 'next step', ...more });
    await go('analyzing');
    await go('reviewing');
    const approved = await go('payment_pending', { terms: { type: 'net', days: 30 } });
    expect(approved.status).toBe(200);
    const working = await go('in_progress');
    await eventuallyHolds(async () => {
      const listed = await app.api.get(`/v1/orders?customer=${customer}&status=in_progress`);
      expect(items(listed)).toEqual([working.body]);
    });
  });

  it('parts fall due, are missed and lead to default as the days go by, each once', async () => {
    const invoice = (await issueInvoice(app.api, customer, 90_00)).body['id'];
    const terms = {
      ...{ type: 'installments', count: 3, grace_days: 2, notice_days: 3, default_after: 2 },
      late_fee: { percentage: '1.5', times_max: 2 },
    };
    const plan = await app.api.post('/v1/payment_plans', { invoice, terms });
    expect(plan.body).toMatchObject({ status: 'active', time_zone: 'America/St_Johns', total: 90_00 });
    const path = `/v1/payment_plans/${plan.body['id']}`;
    const stream = `paymentPlan-${plan.body['id']}`;
    await eventuallyHolds(async () => {
      // Nobody has a card here, so what follows is a collection that comes to nothing.
      expect((await types(stream)).slice(0, 2)).toEqual(['PlanStarted', 'PlanPartDue']);
    });
    await app.api.post('/sim/clock', { advance_seconds: 3 * dayS });
    await eventuallyHolds(async () => {
      expect(field((await app.api.get(path)).body, 'parts', '0')).toMatchObject({
        ...{ status: 'missed', late_fees: 45 },
      });
    }, 40_000);
    await app.api.post('/sim/clock', { advance_seconds: 33 * dayS });
    await eventuallyHolds(async () => {
      const now = await app.api.get(path);
      expect(now.body).toMatchObject({ status: 'defaulted', amount_outstanding: 90_00 });
      const [listed] = items(await app.api.get(`/v1/payment_plans?invoice=${invoice}`));
      expect(listed).toEqual(now.body);
    }, 40_000);
    const told = await types(stream);
    // Of three parts, the third is due by the default.
    for (const type of ['PlanPartDue', 'PlanPartMissed']) {
      expect([type, told.filter((each) => each === type).length]).toEqual([type, 2]);
    }
    // The first was due too soon to be announced, and the second as well where it is marked as due first.
    expect(told.filter((each) => each === 'PlanPartAnnounced').length).toBeLessThanOrEqual(1);
    expect(told.filter((each) => each === 'LateFeeFellDue')).toHaveLength(3);
    expect(told.filter((each) => each === 'PlanDefaulted')).toHaveLength(1);
  }, 120_000);

  it('a large cheque is verified by another person, bounces, and is in the books both times', async () => {
    const keyOf = async (holder: string) => {
      const scopes = ['manual_payments:read', 'manual_payments:write'];
      const made = await app.api.post('/v1/api_keys', { name: holder, holder, scopes });
      return apiClient(app.url, String(made.body['secret']));
    };
    const [ann, annAgain, bob] = [await keyOf('ann'), await keyOf('ann'), await keyOf('bob')];
    const cheque = {
      ...{ customer, method: 'cheque', amount: 5_000_00, currency: 'USD', reference: 'No. 42' },
      received_on: '2026-01-15',
    };
    const recorded = await ann.post('/v1/manual_payments', cheque);
    expect(recorded.body).toMatchObject({ status: 'recorded', recorded_by: 'ann' });
    const duplicate = await bob.post('/v1/manual_payments', { ...cheque, reference: 'no. 42' });
    expect([duplicate.status, duplicate.body['code']]).toEqual([409, 'possible_duplicate']);
    const path = `/v1/manual_payments/${recorded.body['id']}`;
    for (const key of [ann, annAgain]) {
      const own = await key.post(`${path}/verify`, {});
      expect([own.status, own.body['code']]).toEqual([403, 'approver_is_author']);
    }
    expect((await bob.post(`${path}/verify`, {})).body).toMatchObject({ status: 'verified' });
    const books = async () => {
      const rows = (await app.api.get('/v1/ledger/trial_balance')).body['data'] as {
        readonly account: string;
        readonly balance: number;
      }[];
      expect(rows.reduce((sum, { balance }) => sum + balance, 0)).toBe(0);
      return Object.fromEntries(rows.map(({ account, balance }) => [account, balance]));
    };
    await eventuallyHolds(async () => {
      expect(await books()).toMatchObject({ bank: 5_000_00, unapplied_payments: -5_000_00 });
    });
    const bounced = await bob.post(`${path}/reverse`, {
      ...{ cause: 'bounced', fee: 7_00, reason: 'The bank sent it back' },
    });
    expect(bounced.body).toMatchObject({ status: 'reversed', reversal_fee: 7_00 });
    await eventuallyHolds(async () => {
      expect(await books()).toMatchObject({ bank: -7_00, unapplied_payments: 0, payment_differences: 7_00 });
      expect(items(await app.api.get(`/v1/manual_payments?customer=${customer}`))).toEqual([bounced.body]);
    });
  });

  it('all of it is rebuilt without a difference', async () => {
    for (const projection of ['orders', 'plans', 'manual_payments', 'agenda', 'ledger']) {
      const replay = await app.api.post('/v1/audit/replays', { projection });
      const [report] = items(replay);
      expect([projection, field(report ?? replay.body, 'difference_count')]).toEqual([projection, 0]);
    }
  });
});
