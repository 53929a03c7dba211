import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { field, items } from '../../support/api-client.js';
import type { RunningApp } from '../../support/counterfoil.js';
import { chosenStore, startApp } from '../../support/counterfoil.js';
import { eventually, eventuallyHolds as holdsWithin } from '../../support/eventually.js';
import { issueInvoice } from '../../support/issue-invoice.js';
import { saveCard } from '../../support/saved-card.js';

const dayS = 86_400;

/** Several steps follow one another by themselves, each after the read models and the log were looked at. */
const eventuallyHolds = (expectations: () => Promise<void>, timeoutMs = 40_000) =>
  holdsWithin(expectations, timeoutMs);

describe.each([chosenStore])('paying invoices by several tenders, events in %s', (store) => {
  let app: RunningApp;
  beforeAll(async () => {
    app = await startApp(store);
  });
  afterAll(() => app?.stop());

  const register = async (): Promise<string> =>
    String((await app.api.post('/v1/customers', { name: 'Ada' })).body['id']);
  const invoiceOf = async (customer: string, amount: number): Promise<string> =>
    String((await issueInvoice(app.api, customer, amount)).body['id']);
  const shown = async (path: string) => (await app.api.get(path)).body;
  const grant = (customer: string, amount: number) =>
    app.api.post('/v1/credits', { customer, amount, currency: 'USD', type: 'prepaid' });
  const wallet = async (customer: string) => shown(`/v1/customers/${customer}/wallet`);

  /** Every account of the ledger sums to zero per currency, whatever was tried. */
  async function booksBalance(): Promise<void> {
    const rows = items(await app.api.get('/v1/ledger/trial_balance'));
    const sums = new Map<unknown, number>();
    for (const { currency, balance } of rows) sums.set(currency, (sums.get(currency) ?? 0) + Number(balance));
    expect([...sums.values()].every((sum) => sum === 0)).toBe(true);
  }

  it('credit first, then a card: all of it is paid, and both are named', async () => {
    const customer = await register();
    await grant(customer, 1200);
    const invoice = await invoiceOf(customer, 5000);
    const paid = await app.api.post(`/v1/invoices/${invoice}/pay`, {
      tenders: [{ type: 'credit' }, { type: 'card', payment_method: 'pm_card_visa' }],
    });
    // Whoever asks may be answered before the last leg is taken; what it comes to is the same.
    expect([201, 202]).toContain(paid.status);
    await eventuallyHolds(async () => {
      const collection = await shown(`/v1/collections/${paid.body['id']}`);
      expect(collection).toMatchObject({ status: 'succeeded', amount_settled: 5000 });
      expect(field(collection, 'legs', '0')).toMatchObject({
        ...{ type: 'credit', status: 'settled', amount: 1200 },
      });
      expect(field(collection, 'legs', '1')).toMatchObject({ type: 'card', status: 'settled', amount: 3800 });
      expect(await shown(`/v1/invoices/${invoice}`)).toMatchObject({ status: 'paid', amount_due: 0 });
    });
    await eventuallyHolds(async () => {
      const [listed] = items(await app.api.get(`/v1/collections?invoice=${invoice}`));
      expect(listed).toMatchObject({ id: paid.body['id'], status: 'succeeded', amount_settled: 5000 });
      await booksBalance();
    });
    const again = await app.api.post(`/v1/invoices/${invoice}/pay`, { tenders: [{ type: 'credit' }] });
    expect([again.status, again.body['code']]).toEqual([409, 'invoice_not_open']);
  });

  it('a declined card gives the credit back, and leaves the invoice as it was', async () => {
    const customer = await register();
    await grant(customer, 1000);
    const invoice = await invoiceOf(customer, 3000);
    const declined = await app.api.post(`/v1/invoices/${invoice}/pay`, {
      tenders: [{ type: 'credit' }, { type: 'card', payment_method: 'pm_card_chargeDeclined' }],
    });
    expect([declined.status, declined.body['code']]).toEqual([402, 'card_declined']);
    await eventuallyHolds(async () => {
      expect(await shown(`/v1/collections/${declined.body['id']}`)).toMatchObject({ status: 'failed' });
      expect(field(await wallet(customer), 'balances', '0')).toMatchObject({ available: 1000, held: 0 });
    });
    expect(await shown(`/v1/invoices/${invoice}`)).toMatchObject({ status: 'open', amount_due: 3000 });
    const paid = await app.api.post(`/v1/invoices/${invoice}/pay`, {
      tenders: [{ type: 'credit' }, { type: 'card', payment_method: 'pm_card_visa' }],
    });
    expect([201, 202]).toContain(paid.status);
    await eventuallyHolds(async () =>
      expect(await shown(`/v1/invoices/${invoice}`)).toMatchObject({ status: 'paid', amount_paid: 3000 }),
    );
  });

  it('credit, then a card, then a cheque: all three pay, and none of them where the card is declined', async () => {
    const customer = await register();
    await grant(customer, 1500);
    const received = { customer, method: 'cheque', amount: 2500, currency: 'USD', verify: true };
    const today = new Date().toISOString().slice(0, 10);
    const more = { reference: `cheque of ${customer}`, received_on: today };
    const cheque = String((await app.api.post('/v1/manual_payments', { ...received, ...more })).body['id']);
    const invoice = await invoiceOf(customer, 5000);
    const payWith = (card: string) =>
      app.api.post(`/v1/invoices/${invoice}/pay`, {
        tenders: [
          { type: 'credit' },
          { type: 'card', payment_method: card, amount: 1000 },
          { type: 'manual', manual_payment: cheque },
        ],
      });
    const declined = await payWith('pm_card_chargeDeclined');
    // On a busy machine the request may be answered before the provider is.
    expect([402, 202]).toContain(declined.status);
    await eventuallyHolds(async () => {
      expect(await shown(`/v1/collections/${declined.body['id']}`)).toMatchObject({
        ...{ status: 'failed', last_error: { code: 'card_declined' } },
      });
      expect(field(await wallet(customer), 'balances', '0')).toMatchObject({ available: 1500, held: 0 });
      expect(await shown(`/v1/manual_payments/${cheque}`)).toMatchObject({ amount_unapplied: 2500 });
    });
    const paid = await payWith('pm_card_visa');
    expect([201, 202]).toContain(paid.status);
    await eventuallyHolds(async () => {
      const { legs } = await shown(`/v1/collections/${paid.body['id']}`);
      expect(legs).toMatchObject([
        { type: 'credit', status: 'settled', amount: 1500 },
        { type: 'card', status: 'settled', amount: 1000 },
        { type: 'manual', status: 'settled', amount: 2500, manual_payment: cheque },
      ]);
      expect(await shown(`/v1/invoices/${invoice}`)).toMatchObject({ status: 'paid', amount_due: 0 });
      expect(await shown(`/v1/manual_payments/${cheque}`)).toMatchObject({ amount_unapplied: 0 });
      await booksBalance();
    });
  });

  it('two at once charge once: the second is told that the invoice is being collected', async () => {
    const customer = await register();
    const invoice = await invoiceOf(customer, 4000);
    const pay = () =>
      app.api.post(`/v1/invoices/${invoice}/pay`, {
        tenders: [{ type: 'card', payment_method: 'pm_card_visa' }],
      });
    const answers = await Promise.all([pay(), pay(), pay(), pay()]);
    // On a busy machine the one that collects may be answered before the provider is.
    expect(answers.filter(({ status }) => status === 201 || status === 202)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(3);
    await eventuallyHolds(async () =>
      expect(await shown(`/v1/invoices/${invoice}`)).toMatchObject({ status: 'paid', amount_paid: 4000 }),
    );
  });

  it('a verified cheque pays the invoice that it names, the rest is credit, and a bounced one undoes both', async () => {
    const customer = await register();
    const invoice = await invoiceOf(customer, 2500);
    const today = new Date().toISOString().slice(0, 10);
    const cheque = await app.api.post('/v1/manual_payments', {
      ...{ customer, invoice, method: 'cheque', amount: 4000, currency: 'USD' },
      ...{ reference: `cheque ${invoice}`, received_on: today, verify: true },
      allow_overpayment: true,
    });
    expect(cheque.status).toBe(201);
    await eventuallyHolds(async () =>
      expect(await shown(`/v1/invoices/${invoice}`)).toMatchObject({ status: 'paid', amount_paid: 2500 }),
    );
    await eventuallyHolds(async () =>
      expect(field(await wallet(customer), 'balances', '0')).toMatchObject({ available: 1500 }),
    );
    await app.api.post(`/v1/manual_payments/${cheque.body['id']}/reverse`, {
      cause: 'bounced',
      reason: 'bank',
    });
    await eventuallyHolds(async () =>
      expect(await shown(`/v1/invoices/${invoice}`)).toMatchObject({ status: 'open', amount_due: 2500 }),
    );
    await eventuallyHolds(async () => {
      expect(field(await wallet(customer), 'balances', '0')).toMatchObject({ available: 0 });
      const statement = await app.api.get(`/v1/customers/${customer}/statement`);
      expect(field(statement.body, 'balances', '0')).toMatchObject({ receivable: 2500, balance: 2500 });
    });
    await eventuallyHolds(booksBalance);
  });

  it('a refund takes what it paid off the invoice, with a credit note; one that comes back is credit', async () => {
    const customer = await register();
    const invoice = await invoiceOf(customer, 6000);
    const paid = await app.api.post(`/v1/invoices/${invoice}/pay`, {
      tenders: [{ type: 'card', payment_method: 'pm_card_refundFail' }],
    });
    const path = `/v1/invoices/${invoice}`;
    await eventuallyHolds(async () => expect(await shown(path)).toMatchObject({ status: 'paid' }));
    const payment = field(await shown(`/v1/collections/${paid.body['id']}`), 'legs', '0', 'payment');
    const refund = await app.api.post('/v1/refunds', {
      ...{ payment, amount: 2000, reason: 'requested_by_customer' },
    });
    expect(refund.status).toBe(201);
    await eventuallyHolds(async () => {
      expect(await shown(path)).toMatchObject({ status: 'paid', amount_paid: 4000, amount_credited: 2000 });
      const [note] = items(await app.api.get(`/v1/credit_notes?invoice=${invoice}`));
      expect(note).toMatchObject({ amount_total: 2000, reason: 'returned' });
    });
    await app.api.post('/sim/clock', { advance_seconds: 5 * dayS });
    await eventuallyHolds(async () =>
      expect(field(await wallet(customer), 'balances', '0')).toMatchObject({ available: 2000 }),
    );
    const again = await app.api.post('/v1/refunds', { payment, amount: 4001 });
    expect([again.status, again.body['code']]).toEqual([422, 'refund_exceeds_captured']);
    await eventuallyHolds(booksBalance);
  });

  it('a refund of an invoice goes back to the card first and then to the credit, and no further', async () => {
    const customer = await register();
    await grant(customer, 1200);
    const invoice = await invoiceOf(customer, 5000);
    const path = `/v1/invoices/${invoice}`;
    const paid = await app.api.post(`${path}/pay`, {
      tenders: [{ type: 'credit' }, { type: 'card', payment_method: 'pm_card_visa' }],
    });
    // The invoice is paid a moment before its collection lets go of it.
    await eventuallyHolds(async () =>
      expect(await shown(`/v1/collections/${paid.body['id']}`)).toMatchObject({ status: 'succeeded' }),
    );
    const refund = await app.api.post(`${path}/refunds`, { amount: 4500, reason: 'requested_by_customer' });
    // On a busy machine the request may be answered before the provider is.
    expect([201, 202]).toContain(refund.status);
    expect(field(refund.body, 'parts', '0')).toMatchObject({ type: 'card', amount: 3800 });
    expect(field(refund.body, 'parts', '1')).toMatchObject({
      ...{ type: 'credit', amount: 700, status: 'succeeded' },
    });
    const again = await app.api.post(`${path}/refunds`, { amount: 1000 });
    expect([again.status, again.body['code']]).toEqual([422, 'refund_exceeds_paid']);
    await eventuallyHolds(async () => {
      expect(await shown(path)).toMatchObject({ status: 'paid', amount_paid: 500, amount_credited: 4500 });
      expect(field(await wallet(customer), 'balances', '0')).toMatchObject({ available: 700 });
      const shownRefund = await shown(`/v1/refunds/${field(refund.body, 'parts', '0', 'refund')}`);
      expect(shownRefund).toMatchObject({ status: 'succeeded', amount: 3800 });
      await booksBalance();
    });
    const facts = items(await app.api.get(`/v1/streams/invoice-${invoice}/events`));
    expect(facts.filter(({ type }) => type === 'InvoicePaymentReversed')).toHaveLength(2);
  });

  it('an approved order is invoiced, collected by its plan as time goes by, and paid once', async () => {
    const customer = await register();
    await saveCard(app, customer);
    const order = await app.api.post('/v1/orders', { customer, currency: 'USD', total: 90_01 });
    const path = `/v1/orders/${order.body['id']}`;
    for (const to of ['analyzing', 'reviewing']) {
      await app.api.post(`${path}/transitions`, { to, reason: 'next step' });
    }
    const approved = await app.api.post(`${path}/transitions`, {
      ...{ to: 'payment_pending', reason: 'agreed' },
      terms: { type: 'installments', count: 3 },
    });
    expect(approved.status).toBe(200);
    const invoice = await eventually(
      async () => items(await app.api.get(`/v1/invoices?customer=${customer}`))[0],
      (found) => found?.['amount_paid'] !== undefined && Number(found['amount_paid']) > 0,
      30_000,
    );
    expect(Number(invoice?.['amount_paid'])).toBeLessThan(90_01);
    for (const _month of [2, 3]) await app.api.post('/sim/clock', { advance_seconds: 32 * dayS });
    await eventuallyHolds(async () => {
      expect(await shown(`/v1/invoices/${invoice?.['id']}`)).toMatchObject({ status: 'paid', amount_due: 0 });
      expect(await shown(path)).toMatchObject({ status: 'paid' });
    });
    const facts = items(await app.api.get(`/v1/streams/order-${order.body['id']}/events`));
    expect(facts.filter(({ type }) => type === 'OrderPaid')).toHaveLength(1);
    await eventuallyHolds(booksBalance);
    // Two parts fell due at once, and the second waited for the first to let go of the invoice.
    await eventuallyHolds(async () =>
      expect(field(await shown('/health/payments'), 'checks', 'policies')).toMatchObject({
        detail: 'none waits',
      }),
    );
  });
});
