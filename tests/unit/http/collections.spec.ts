import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { field } from '../../support/api-client.js';
import { issueInvoice } from '../../support/issue-invoice.js';
import { customers } from './credit-ports.js';
import type { RunningServer } from './running-server.js';
import { startServer } from './running-server.js';

const card = { type: 'card', payment_method: 'pm_card_visa' };

describe('paying an invoice', () => {
  let app: RunningServer;
  const customer = customers.inParis;
  let invoice: string;
  beforeAll(async () => {
    app = await startServer();
    invoice = String((await issueInvoice(app.api, customer, 5000)).body['id']);
  });
  afterAll(() => app.stop());

  const pay = (body: object, id = invoice) => app.api.post(`/v1/invoices/${id}/pay`, body);

  it.each([
    ['no tenders', { tenders: [] }, 400, 'invalid_request'],
    ['a tender of another kind', { tenders: [{ type: 'barter' }] }, 400, 'invalid_request'],
    ['an amount of zero', { amount: 0, tenders: [card] }, 400, 'invalid_request'],
    ['a fraction', { amount: 1.5, tenders: [card] }, 400, 'invalid_request'],
    ['an unknown field', { tenders: [card], paid: true }, 400, 'invalid_request'],
    ['eleven tenders', { tenders: Array.from({ length: 11 }, () => card) }, 400, 'invalid_request'],
    ['more than is due', { amount: 5001, tenders: [card] }, 422, 'payment_exceeds_due'],
    [
      'tenders of more',
      {
        tenders: [
          { ...card, amount: 4000 },
          { ...card, amount: 2000 },
        ],
      },
      422,
      'tenders_exceed_amount',
    ],
    ['tenders of less', { tenders: [{ ...card, amount: 4000 }] }, 422, 'tenders_do_not_cover_amount'],
    ['less than a card can be charged', { amount: 49, tenders: [card] }, 422, 'amount_too_small'],
    ['credit that is not there', { tenders: [{ type: 'credit' }] }, 422, 'tenders_do_not_cover_amount'],
  ])('refuses %s, and appends nothing', async (_name, body, status, code) => {
    const before = await app.eventStore.head();
    const answer = await pay(body);
    expect([answer.status, answer.body['code']]).toEqual([status, code]);
    expect(await app.eventStore.head()).toBe(before);
  });

  it('refuses credit of another currency than the invoice, and appends nothing', async () => {
    const grant = { customer: customers.inNewYork, amount: 9_000, currency: 'EUR', type: 'goodwill' };
    expect((await app.api.post('/v1/credits', grant)).status).toBe(201);
    const inDollars = (await issueInvoice(app.api, customers.inNewYork, 5000)).body['id'];
    const before = await app.eventStore.head();
    for (const mode of ['all_or_nothing', 'accumulate']) {
      const answer = await pay({ mode, tenders: [{ type: 'credit' }] }, String(inDollars));
      expect([answer.status, answer.body['code']]).toEqual([422, 'tenders_do_not_cover_amount']);
    }
    expect(await app.eventStore.head()).toBe(before);
    const inEuros = { customer: customers.inNewYork, currency: 'EUR' };
    const euros = (await issueInvoice(app.api, customers.inNewYork, 5000, inEuros)).body['id'];
    expect((await pay({ tenders: [{ type: 'credit' }] }, String(euros))).status).toBe(201);
  });

  it('refuses an amount in dinars that a card cannot carry, and appends nothing', async () => {
    const dinars = { currency: 'KWD', lines: [{ description: 'Chairs', unit_price: '10.001' }] };
    const { body } = await issueInvoice(app.api, customer, 0, dinars);
    const before = await app.eventStore.head();
    for (const amount of [undefined, 3_334]) {
      const answer = await pay({ amount, tenders: [card] }, String(body['id']));
      expect([answer.status, answer.body['code']]).toEqual([422, 'amount_precision_not_supported']);
    }
    expect(await app.eventStore.head()).toBe(before);
    const whole = await pay({ amount: 3_330, tenders: [card] }, String(body['id']));
    expect([whole.status, whole.body['amount_settled']]).toEqual([201, 3_330]);
  });

  it('refuses what is no invoice, and a draft', async () => {
    const unknown = await pay({ tenders: [card] }, 'inv_0193f1a0-0000-7000-8000-00000000dead');
    expect([unknown.status, unknown.body['code']]).toEqual([404, 'resource_missing']);
    const draft = await app.api.post('/v1/invoices', {
      ...{
        customer,
        currency: 'USD',
        days_until_due: 0,
        lines: [{ description: 'Chairs', unit_price: '1.00' }],
      },
    });
    const answer = await pay({ tenders: [card] }, String(draft.body['id']));
    expect([answer.status, answer.body['code']]).toEqual([409, 'invoice_not_open']);
  });

  it('needs an idempotency key, and answers a repeat the same', async () => {
    const without = await app.api.send(
      'POST',
      `/v1/invoices/${invoice}/pay`,
      JSON.stringify({ tenders: [card] }),
      {
        'content-type': 'application/json',
      },
    );
    expect([without.status, without.body['code']]).toEqual([400, 'idempotency_key_required']);
    const paid = await pay({ amount: 2000, tenders: [card] });
    expect([paid.status, paid.body['status']]).toEqual([201, 'succeeded']);
    expect(field(paid.body, 'legs', '0')).toMatchObject({ type: 'card', status: 'settled', amount: 2000 });
    const shown = await app.api.get(`/v1/collections/${paid.body['id']}`);
    expect(shown.body).toEqual(paid.body);
  });
});

describe('refunding an invoice', () => {
  let app: RunningServer;
  let invoice: string;
  beforeAll(async () => {
    app = await startServer();
    invoice = String((await issueInvoice(app.api, customers.inParis, 5000)).body['id']);
  });
  afterAll(() => app.stop());

  const refund = (body: object, id = invoice) => app.api.post(`/v1/invoices/${id}/refunds`, body);

  it('refuses what is not paid, no invoice, and a draft', async () => {
    const unpaid = await refund({});
    expect([unpaid.status, unpaid.body['code']]).toEqual([409, 'invoice_not_paid']);
    const unknown = await refund({}, 'inv_0193f1a0-0000-7000-8000-00000000dead');
    expect([unknown.status, unknown.body['code']]).toEqual([404, 'resource_missing']);
    const draft = await app.api.post('/v1/invoices', {
      ...{ customer: customers.inParis, currency: 'USD', days_until_due: 0 },
      lines: [{ description: 'Chairs', unit_price: '1.00' }],
    });
    const answer = await refund({}, String(draft.body['id']));
    expect([answer.status, answer.body['code']]).toEqual([409, 'invoice_not_paid']);
  });

  describe('of which a part was paid', () => {
    beforeAll(async () => {
      const paid = await app.api.post(`/v1/invoices/${invoice}/pay`, { amount: 2000, tenders: [card] });
      expect(paid.status).toBe(201);
    });

    it.each([
      ['an amount of zero', { amount: 0 }, 400, 'invalid_request'],
      ['one below zero', { amount: -1 }, 400, 'invalid_request'],
      ['a fraction', { amount: 1.5 }, 400, 'invalid_request'],
      ['a text', { amount: '100' }, 400, 'invalid_request'],
      ['another reason', { reason: 'bored' }, 400, 'invalid_request'],
      ['an unknown field', { tenders: [] }, 400, 'invalid_request'],
      ['more than was paid', { amount: 2001 }, 422, 'refund_exceeds_paid'],
    ])('refuses %s, and appends nothing', async (_name, body, status, code) => {
      const before = await app.eventStore.head();
      const answer = await refund(body);
      expect([answer.status, answer.body['code']]).toEqual([status, code]);
      expect(await app.eventStore.head()).toBe(before);
    });

    it('needs an idempotency key, and tells what went back', async () => {
      const without = await app.api.send('POST', `/v1/invoices/${invoice}/refunds`, '{}', {
        'content-type': 'application/json',
      });
      expect([without.status, without.body['code']]).toEqual([400, 'idempotency_key_required']);
      const refunded = await app.api.send(
        'POST',
        `/v1/invoices/${invoice}/refunds`,
        JSON.stringify({ amount: 1500, reason: 'requested_by_customer' }),
        { 'content-type': 'application/json', 'idempotency-key': 'chairs', 'x-reason': 'two chairs broke' },
      );
      expect(refunded.status).toBe(201);
      expect(refunded.body).toMatchObject({
        object: 'invoice_refund',
        invoice,
        amount: 1500,
        currency: 'USD',
      });
      expect(field(refunded.body, 'parts', '0')).toMatchObject({
        ...{ type: 'card', amount: 1500, status: 'succeeded', failure_reason: null },
      });
      const log = await app.eventStore.readAll(0n, 1_000);
      expect(log.find(({ type }) => type === 'RefundRequested')?.metadata.reason).toBe('two chairs broke');
      const id = String(refunded.body['id']);
      expect(id).toMatch(/^irf_/);
      expect(log.find(({ type }) => type === 'InvoiceRefundRequested')?.data['invoiceRefundId']).toBe(id);
      const more = await refund({ amount: 501 });
      expect([more.status, more.body['code']]).toEqual([422, 'refund_exceeds_paid']);
    });

    it('tells of a card that gives nothing back', async () => {
      app.gateway.outage = 'refused';
      const answer = await refund({ amount: 500 });
      app.gateway.outage = undefined;
      expect([answer.status, answer.body['code']]).toEqual([422, 'provider_refused']);
      expect(field(answer.body, 'invoice_refund', 'parts', '0')).toMatchObject({
        ...{ type: 'card', amount: 500, status: 'failed', failure_reason: 'charge_disputed' },
      });
    });
  });
});
