import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { invoiceIdOfOrder } from '../../../src/application/order/order-ids.js';
import { issueInvoice } from '../../../src/application/policies/issue-invoice.js';
import { parseCustomerId, parseOrderId } from '../../../src/domain/shared/ids.js';
import { systemClock } from '../../../src/infrastructure/system-clock.js';
import { httpTokens } from '../../../src/interfaces/http/http-tokens.js';
import type { Answer } from '../../support/api-client.js';
import { at, required, usd } from '../../support/payment-examples.js';
import { customers } from './credit-ports.js';
import type { RunningServer } from './running-server.js';
import { startServer } from './running-server.js';

describe('orders over HTTP', () => {
  let app: RunningServer;
  beforeAll(async () => {
    app = await startServer();
  });
  afterAll(() => app.stop());

  const open = (more: object = {}): Promise<Answer> =>
    app.api.post('/v1/orders', { customer: customers.inParis, currency: 'usd', ...more });
  const go = (order: Answer, to: string, more: object = {}): Promise<Answer> =>
    app.api.post(`/v1/orders/${order.body['id']}/transitions`, { to, reason: 'next step', ...more });
  const pay = async (order: Answer, settled: number) => {
    const commandId = randomUUID();
    const about = { commandId, correlationId: commandId, causationId: commandId, reason: null };
    const id = required(parseOrderId(String(order.body['id'])));
    const amounts = { settled: usd(settled), forgiven: usd(0), deposit: usd(settled) };
    const command = { type: 'MarkOrderPaid', at, ...amounts } as const;
    return app.container
      .get(httpTokens.orderHandler)
      .handle(id, command, { ...about, actor: { kind: 'system', id: 'test' } });
  };
  const reviewing = async (total: number | null = 10_000): Promise<Answer> => {
    const order = await open(total === null ? {} : { total });
    await go(order, 'analyzing');
    await go(order, 'reviewing');
    return order;
  };

  it('are opened, analyzed, reviewed, approved, paid, worked on and completed', async () => {
    const order = await open({ description: 'A dozen chairs', metadata: { desk: 'north' } });
    expect(order.status).toBe(201);
    expect(order.body).toMatchObject({
      object: 'order',
      status: 'configuring',
      total: null,
      currency: 'USD',
    });
    expect((await go(order, 'analyzing', { total: 9_000 })).body).toMatchObject({ total: 9_000 });
    expect((await go(order, 'reviewing')).body['status']).toBe('reviewing');
    const approved = await go(order, 'payment_pending', { total: 10_000, terms: { type: 'standard' } });
    expect(approved.body).toMatchObject({
      status: 'payment_pending',
      total: 10_000,
      terms: { type: 'custom' },
    });
    expect((await go(order, 'in_progress')).body['code']).toBe('order_not_paid');
    await pay(order, 10_000);
    expect((await go(order, 'in_progress')).body).toMatchObject({
      ...{ status: 'in_progress', amount_settled: 10_000 },
    });
    const completed = await go(order, 'completed');
    expect(completed.body['status']).toBe('completed');
    expect((await app.api.get(`/v1/orders/${order.body['id']}`)).body).toEqual(completed.body);
    expect((await go(order, 'canceled')).body['code']).toBe('order_transition_refused');
  });

  it('are told who did what and why', async () => {
    const order = await open();
    await go(order, 'canceled', { reason: 'Nobody answered' });
    const last = (await app.eventStore.readStream(`order-${order.body['id']}`)).at(-1);
    expect(last?.metadata).toMatchObject({ reason: 'Nobody answered', actor: { kind: 'api_key' } });
  });

  it('may be worked on before they are paid under net terms', async () => {
    const order = await reviewing();
    await go(order, 'payment_pending', { terms: { type: 'net', days: 30 } });
    expect((await go(order, 'in_progress')).body).toMatchObject({
      ...{ status: 'in_progress', amount_settled: null },
    });
  });

  it('of dinars are approved, and changed, only by what cards can be charged', async () => {
    const order = await open({ currency: 'kwd', total: 10_001 });
    await go(order, 'analyzing');
    await go(order, 'reviewing');
    const terms = { type: 'standard' };
    const refused = async (more: object) => {
      const before = await app.eventStore.head();
      const answer = await go(order, 'payment_pending', more);
      expect([answer.status, answer.body['code']]).toEqual([422, 'plan_part_not_collectable']);
      expect(await app.eventStore.head()).toBe(before);
    };
    await refused({ terms });
    expect((await go(order, 'payment_pending', { terms, total: 10_000 })).status).toBe(200);
    await refused({ total: 10_005 });
  });

  it('are amended after the approval by their own status and a total', async () => {
    const order = await reviewing();
    await go(order, 'payment_pending', { terms: { type: 'standard' } });
    expect((await go(order, 'payment_pending', { total: 12_000 })).body).toMatchObject({ total: 12_000 });
    const types = (await app.eventStore.readStream(`order-${order.body['id']}`)).map(({ type }) => type);
    expect(types.at(-1)).toBe('OrderTotalAmended');
  });

  it.each([
    ['paid, which only money makes them', 'paid', {}, 409, 'order_transition_refused'],
    ['what they were', 'configuring', {}, 409, 'order_transition_refused'],
    ['completed before work began', 'completed', {}, 409, 'order_transition_refused'],
    ['approved without terms', 'payment_pending', {}, 400, 'invalid_request'],
    [
      'approved with parts that do not sum',
      'payment_pending',
      { terms: { type: 'deposit', amount: 10_001, balance_due: { kind: 'days_after', days: 1 } } },
      422,
      'plan_parts_do_not_sum',
    ],
    [
      'approved with a total that is set and terms that are refused',
      'payment_pending',
      { total: 2, terms: { type: 'installments', count: 3 } },
      422,
      'plan_part_not_positive',
    ],
    ['analyzed with terms', 'analyzing', { terms: { type: 'standard' } }, 400, 'invalid_request'],
    ['canceled with a total', 'canceled', { total: 5 }, 400, 'invalid_request'],
    ['anything unheard of', 'shipped', {}, 400, 'invalid_request'],
    ['in a zone that is none', 'payment_pending', { time_zone: 'Moon' }, 400, 'invalid_request'],
    ['changed without a reason', 'canceled', { reason: undefined }, 400, 'invalid_request'],
    [
      'changed for a reason with control characters',
      'canceled',
      { reason: 'a\u0007b' },
      400,
      'invalid_request',
    ],
    [
      'changed for a reason with a mark of direction',
      'canceled',
      { reason: '\u202ea' },
      400,
      'invalid_request',
    ],
  ])('cannot become %s, and nothing is appended', async (_name, to, more, status, code) => {
    const order = await reviewing();
    const before = await app.eventStore.head();
    const answer = await go(order, to, more);
    expect([answer.status, answer.body['code']]).toEqual([status, code]);
    expect(await app.eventStore.head()).toBe(before);
  });

  it.each([
    ['a customer that there is none of', { customer: 'cus_0193f1a0-0000-7000-8000-00000000dead' }, 404],
    ['a total of 0', { total: 0 }, 400],
    ['a total below 0', { total: -1 }, 400],
    ['an unknown currency', { currency: 'XXX' }, 400],
    ['a control character in its description', { description: 'a\u0007b' }, 400],
    ['a mark of direction in its description', { description: 'a\u202eb' }, 400],
    ['a description of 10,000 characters', { description: 'x'.repeat(10_000) }, 400],
  ])('are not opened with %s', async (_name, more, status) => {
    const before = await app.eventStore.head();
    expect((await open(more)).status).toBe(status);
    expect(await app.eventStore.head()).toBe(before);
  });

  it('are not approved without a total', async () => {
    const order = await reviewing(null);
    const answer = await go(order, 'payment_pending', { terms: { type: 'standard' } });
    expect([answer.status, answer.body['code']]).toEqual([422, 'order_without_total']);
  });

  describe('and payments beside their invoice', () => {
    const payFor = (order: string, more: object = {}) =>
      app.api.post('/v1/payments', {
        ...{ amount: 10_000, currency: 'usd', customer: customers.inParis, order },
        ...{ payment_method: 'pm_visa', confirm: true, ...more },
      });
    const approved = async () => {
      const order = await reviewing();
      await go(order, 'payment_pending', { terms: { type: 'standard' } });
      return order;
    };
    /** As the policy does it. */
    const invoiced = async (order: Answer) => {
      const orderId = required(parseOrderId(String(order.body['id'])));
      const invoiceId = invoiceIdOfOrder(orderId);
      const customerId = required(parseCustomerId(customers.inParis));
      await issueInvoice(app.container.get(httpTokens.invoiceOperations), systemClock, {
        details: { invoiceId, customerId, orderId, currency: 'USD', purpose: 'sale' },
        ...{ description: 'Chairs', amount: usd(10_000) },
        metadataOf: () => {
          const id = randomUUID();
          const actor = { kind: 'system', id: 'test' } as const;
          return { commandId: id, correlationId: id, causationId: id, reason: null, actor };
        },
      });
      return invoiceId;
    };

    it.each([
      [
        'one that there is none of',
        () => 'ord_0193f1a0-0000-7000-8000-00000000dead',
        {},
        404,
        'resource_missing',
      ],
      ['one that is not approved', async () => (await reviewing()).body['id'], {}, 422, 'order_not_approved'],
      [
        'one that is canceled',
        async () => (await go(await approved(), 'canceled')).body['id'],
        {},
        422,
        'order_canceled',
      ],
      [
        "another customer's",
        async () => (await approved()).body['id'],
        { customer: customers.inNewYork },
        422,
        'order_of_another_customer',
      ],
      [
        "another currency's",
        async () => (await approved()).body['id'],
        { currency: 'eur' },
        422,
        'order_currency_mismatch',
      ],
      [
        'one that is not invoiced yet',
        async () => (await approved()).body['id'],
        {},
        422,
        'order_is_invoiced',
      ],
      [
        'one that is paid',
        async () => {
          const order = await approved();
          await pay(order, 10_000);
          return order.body['id'];
        },
        {},
        422,
        'order_paid',
      ],
    ])('are not made for %s, and nobody is charged', async (_name, orderOf, more, status, code) => {
      const order = String(await orderOf());
      const [before, calls] = [await app.eventStore.head(), app.gateway.calls.length];
      const answer = await payFor(order, more);
      expect(answer.body).toMatchObject({ status, code, param: 'order' });
      expect([await app.eventStore.head(), app.gateway.calls.length]).toEqual([before, calls]);
    });

    it('are told the invoice that is to be paid instead, which is charged once whoever asks at the same time', async () => {
      const order = await approved();
      const invoice = await invoiced(order);
      const calls = app.gateway.calls.length;
      const [refusal, paid] = await Promise.all([
        payFor(String(order.body['id'])),
        app.api.post(`/v1/invoices/${invoice}/pay`, {
          tenders: [{ type: 'card', payment_method: 'pm_visa' }],
        }),
      ]);
      expect(refusal.body).toMatchObject({ status: 422, invoice, param: 'order' });
      expect(refusal.body['detail']).toContain(`POST /v1/invoices/${invoice}/pay`);
      expect([paid.status, paid.body['status']]).toEqual([201, 'succeeded']);
      expect(app.gateway.calls.length).toBe(calls + 1);
    });
  });
});
