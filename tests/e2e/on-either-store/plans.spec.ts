import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from '../../support/api-client.js';
import { apiClient, field, items } from '../../support/api-client.js';
import type { RunningApp } from '../../support/counterfoil.js';
import { chosenStore, startApp } from '../../support/counterfoil.js';
import { eventually, eventuallyHolds } from '../../support/eventually.js';
import { issueInvoice } from '../../support/issue-invoice.js';
import { saveCard } from '../../support/saved-card.js';

const dayS = 86_400;

describe.each([chosenStore])('orders, plans and manual payments, events in %s', (store) => {
  let app: RunningApp;
  let customer: string;
  beforeAll(async () => {
    app = await startApp(store);
    customer = String((await app.api.post('/v1/customers', { time_zone: 'America/St_Johns' })).body['id']);
  });
  afterAll(() => app?.stop());

  const types = async (stream: string): Promise<readonly unknown[]> =>
    items(await app.api.get(`/v1/streams/${stream}/events`)).map(({ type }) => type);

  const shown = async (path: string) => (await app.api.get(path)).body;

  /** So many collections of an invoice, all of which have let go of it. */
  const collected = (invoice: unknown, count: number) =>
    eventually(
      async () => items(await app.api.get(`/v1/collections?invoice=${invoice}`)),
      (found) => found.length === count && found.every(({ status }) => status !== 'processing'),
      40_000,
    );

  /** What the accounts come to, which is nothing together. */
  async function books(): Promise<Readonly<Record<string, number>>> {
    const rows = items(await app.api.get('/v1/ledger/trial_balance'));
    expect(rows.reduce((sum, { balance }) => sum + Number(balance), 0)).toBe(0);
    return Object.fromEntries(rows.map(({ account, balance }) => [account, Number(balance)]));
  }

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
  });

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

  it('an order is sold by a deposit, a month and a milestone, with credit and cards of which one is refused', async () => {
    const buyer = String((await app.api.post('/v1/customers', { name: 'Ada' })).body['id']);
    const visa = await saveCard(app, buyer);
    const empty = await saveCard(app, buyer, 'pm_card_chargeCustomerFail');
    const useCard = (id: string) =>
      app.api.send('PUT', `/v1/customers/${buyer}/payment_methods/${id}/default`, '', {
        'content-type': 'application/json',
      });
    await app.api.post('/v1/credits', { customer: buyer, amount: 150_00, currency: 'USD', type: 'goodwill' });
    const order = (await app.api.post('/v1/orders', { customer: buyer, currency: 'USD', total: 1_000_00 }))
      .body;
    const go = (to: string, more: object = {}) =>
      app.api.post(`/v1/orders/${order['id']}/transitions`, { to, reason: 'next step', ...more });
    await go('analyzing');
    await go('reviewing');
    const parts = [
      { amount: { kind: 'percentage', percentage: '40' }, due: { kind: 'at_approval' } },
      { amount: { kind: 'rest' }, due: { kind: 'months_after', months: 1 } },
      { amount: { kind: 'rest' }, due: { kind: 'milestone', name: 'delivery' } },
    ];
    const terms = { type: 'custom', releases_order: 'first_part_settled', parts };
    expect((await go('payment_pending', { terms })).status).toBe(200);
    await eventuallyHolds(async () => {
      expect(await shown(`/v1/orders/${order['id']}`)).toMatchObject({
        ...{ status: 'paid', amount_settled: 400_00 },
      });
    }, 40_000);
    expect((await go('in_progress')).status).toBe(200);

    const [invoice] = await eventually(
      async () => items(await app.api.get(`/v1/invoices?customer=${buyer}`)),
      ([found]) => found?.['amount_paid'] === 400_00,
      40_000,
    );
    const [collection] = await collected(invoice?.['id'], 1);
    expect(field(await shown(`/v1/collections/${collection?.['id']}`), 'legs')).toMatchObject([
      { type: 'credit', status: 'settled', amount: 150_00 },
      { type: 'card', status: 'settled', amount: 250_00 },
    ]);

    const [found] = items(await app.api.get(`/v1/payment_plans?invoice=${invoice?.['id']}`));
    const plan = `/v1/payment_plans/${found?.['id']}`;
    const stream = `paymentPlan-${found?.['id']}`;
    const paused = await app.api.post(`${plan}/pause`, { reason: 'The invoice is disputed' });
    await app.api.post('/sim/clock', { advance_seconds: 40 * dayS });
    await useCard(empty);
    const resumed = await app.api.post(`${plan}/resume`, { reason: 'It was explained' });
    const [before, after] = [paused, resumed].map(({ body }) =>
      Date.parse(String(field(body, 'parts', '1', 'due_on'))),
    );
    // At midnight it may be a day more.
    expect([40, 41]).toContain((Number(after) - Number(before)) / (dayS * 1000));
    await app.api.post('/sim/clock', { advance_seconds: 33 * dayS });
    await eventuallyHolds(async () => {
      expect(field(await shown(plan), 'parts', '1')).toMatchObject({ failed_collections: 1 });
    }, 40_000);
    const told = await types(stream);
    expect(told.lastIndexOf('PlanPartDue')).toBeGreaterThan(told.indexOf('PlanResumed'));

    const recovered = await app.api.post(`/v1/invoices/${invoice?.['id']}/pay`, {
      ...{ amount: 300_00, tenders: [{ type: 'card', payment_method: visa }] },
    });
    expect([201, 202]).toContain(recovered.status);
    await collected(invoice?.['id'], 3);
    await eventuallyHolds(async () => {
      expect(field(await shown(plan), 'parts', '1')).toMatchObject({ status: 'settled' });
    }, 40_000);
    const note = await app.api.post('/v1/credit_notes', {
      ...{ invoice: invoice?.['id'], amount: 50_00, reason: 'returned' },
    });
    expect(note.status).toBe(201);
    await eventuallyHolds(async () => expect(await shown(plan)).toMatchObject({ total: 950_00 }), 40_000);
    await useCard(visa);
    await app.api.post(`${plan}/milestones`, { name: 'delivery' });
    await eventuallyHolds(async () => {
      expect(await shown(plan)).toMatchObject({ status: 'completed', amount_settled: 950_00 });
      expect(await shown(`/v1/invoices/${invoice?.['id']}`)).toMatchObject({
        ...{ status: 'paid', amount_paid: 950_00, amount_credited: 50_00, amount_due: 0 },
      });
    }, 40_000);
    await go('completed');
    const facts = await types(`order-${order['id']}`);
    expect(facts.filter((type) => type === 'OrderPaid')).toHaveLength(1);
    await eventuallyHolds(async () => {
      const statement = await app.api.get(`/v1/customers/${buyer}/statement`);
      expect(field(statement.body, 'balances', '0')).toMatchObject({ receivable: 0, balance: 0 });
      const deposit = ['Payment captured', 'Payment applied', 'Payment applied'];
      const month = ['Payment captured', 'Payment applied'];
      expect(items(statement).map(({ description }) => description)).toEqual([
        ...['Credit granted', 'Invoice finalized', ...deposit, ...month, 'Credit note', ...month],
      ]);
    }, 40_000);
  });

  it('tax falls due with each payment, paying early is cheaper, and what nobody pays is a loss', async () => {
    const buyer = String((await app.api.post('/v1/customers', { name: 'Bea' })).body['id']);
    await saveCard(app, buyer);
    const line = { description: 'Chairs', unit_price: '100.00', taxes: [{ name: 'VAT', percentage: '20' }] };
    const { body } = await issueInvoice(app.api, buyer, 0, { lines: [line], tax_point: 'payment' });
    const path = `/v1/invoices/${body['id']}`;
    await eventuallyHolds(async () => expect(await books()).toMatchObject({ tax_deferred: -20_00 }), 40_000);
    const terms = {
      ...{ type: 'deposit', percentage: '50', balance_due: { kind: 'milestone', name: 'delivery' } },
      early_discount: { percentage: '2', days: 10 },
    };
    const plan = await app.api.post('/v1/payment_plans', { invoice: body['id'], terms });
    expect(field(plan.body, 'parts', '0')).toMatchObject({ amount: 60_00, amount_tax: 10_00 });
    await eventuallyHolds(async () => {
      expect(await shown(path)).toMatchObject({ amount_paid: 60_00, amount_due: 60_00 });
      expect(await books()).toMatchObject({ tax_deferred: -10_00, tax_payable: -10_00 });
    }, 40_000);
    await collected(body['id'], 1);
    await app.api.post(`${path}/pay`, {
      ...{ amount: 57_60, tenders: [{ type: 'card', payment_method: 'pm_card_visa' }] },
    });
    await eventuallyHolds(async () => {
      expect(await shown(path)).toMatchObject({
        ...{ status: 'paid', amount_paid: 117_60, amount_credited: 2_40, amount_due: 0 },
      });
      expect(await books()).toMatchObject({
        ...{ tax_deferred: 0, tax_payable: -19_60, early_payment_discounts: 2_00 },
      });
    }, 40_000);

    const lost = (await issueInvoice(app.api, buyer, 25_00)).body['id'];
    const given = await app.api.post(`/v1/invoices/${lost}/mark_uncollectible`, {});
    expect(given.body).toMatchObject({ status: 'uncollectible' });
    await eventuallyHolds(async () => {
      expect(await books()).toMatchObject({ bad_debt: 25_00 });
      const statement = await shown(`/v1/customers/${buyer}/statement`);
      expect(field(statement, 'balances', '0')).toMatchObject({ receivable: 0, balance: 0 });
    }, 40_000);
  });

  it('all of it is rebuilt without a difference', async () => {
    for (const projection of ['orders', 'plans', 'manual_payments', 'agenda', 'ledger']) {
      const replay = await app.api.post('/v1/audit/replays', { projection });
      const [report] = items(replay);
      expect([projection, field(report ?? replay.body, 'difference_count')]).toEqual([projection, 0]);
    }
  });

  it('a plan in dinars is collected in what a card can carry, and agreed only where it can be', async () => {
    const buyer = String(
      (await app.api.post('/v1/customers', { name: 'Noor', time_zone: 'UTC' })).body['id'],
    );
    await saveCard(app, buyer);
    await app.api.post('/v1/credits', { customer: buyer, amount: 1_234, currency: 'KWD', type: 'goodwill' });
    const planOf = async (price: string) => {
      const dinars = { currency: 'KWD', lines: [{ description: 'Chairs', unit_price: price }] };
      const invoice = (await issueInvoice(app.api, buyer, 0, dinars)).body['id'];
      const terms = { type: 'installments', count: 3 };
      return { invoice, answer: await app.api.post('/v1/payment_plans', { invoice, terms }) };
    };
    const odd = await planOf('10.001');
    expect([odd.answer.status, odd.answer.body['code']]).toEqual([422, 'plan_part_not_collectable']);
    const { invoice, answer } = await planOf('10.000');
    const parts = answer.body['parts'] as readonly { amount: number }[];
    expect(parts.map(({ amount }) => amount)).toEqual([3_340, 3_330, 3_330]);
    const [collection] = await collected(invoice, 1);
    expect((await shown(`/v1/collections/${collection?.['id']}`))['legs']).toMatchObject([
      { type: 'credit', status: 'settled', amount: 1_230 },
      { type: 'card', status: 'settled', amount: 2_110 },
    ]);
  }, 60_000);
});
