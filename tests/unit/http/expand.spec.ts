import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { field, items } from '../../support/api-client.js';
import { eventually } from '../../support/eventually.js';
import type { RunningServer } from './running-server.js';
import { startServer } from './running-server.js';

let app: RunningServer;
let ada: string;
let payments: readonly string[];
let refund: string;
beforeAll(async () => {
  app = await startServer();
  ada = String((await app.api.post('/v1/customers', { name: 'Ada Lovelace' })).body['id']);
  const made = [];
  for (const more of [{}, { customer: ada }, { customer: ada }]) {
    const visa = { amount: 5_000, currency: 'USD', payment_method: 'pm_visa', confirm: true };
    made.push(String((await app.api.post('/v1/payments', { ...visa, ...more })).body['id']));
  }
  payments = made;
  refund = String((await app.api.post('/v1/refunds', { payment: made[1], amount: 100 })).body['id']);
});
afterAll(() => app.stop());

const looksAt = (id: string) =>
  app.users.accessLog.rows.filter(({ action }) => action === `GET /v1/customers/${id}`);

describe('expand[]', () => {
  it('shows the customer of a payment in full, as it is now, and leaves where there is none', async () => {
    const { body } = await app.api.get(`/v1/payments/${payments[1]}?expand[]=customer`);
    expect(body).toMatchObject({
      id: payments[1],
      object: 'payment',
      customer: { id: ada, name: 'Ada Lovelace' },
    });
    expect(body['customer']).toEqual((await app.api.get(`/v1/customers/${ada}`)).body);
    const without = await app.api.get(`/v1/payments/${payments[0]}?expand[]=customer`);
    expect(without.body['customer']).toBeNull();
    expect((await app.api.get(`/v1/payments/${payments[1]}`)).body['customer']).toBe(ada);
  });

  it('goes two deep, and through lists, where each thing is read once', async () => {
    const wanted = `expand[]=payment&expand[]=payment.customer`;
    const { body } = await app.api.get(`/v1/refunds/${refund}?${wanted}`);
    expect(field(body, 'payment', 'customer', 'name')).toBe('Ada Lovelace');
    const deep = await app.api.get(`/v1/refunds/${refund}?expand[]=payment.customer`);
    expect(deep.body).toEqual(body);
    const before = looksAt(ada).length;
    const list = await eventually(
      async () => items(await app.api.get('/v1/payments?expand[]=customer')),
      (all) => all.length === 3,
    );
    expect(list.map((each) => field(each, 'customer', 'name'))).toEqual([
      ...['Ada Lovelace', 'Ada Lovelace'],
      undefined,
    ]);
    expect(looksAt(ada).length - before).toBe(1);
  });

  const till = { reference: 'Till 7', received_on: '2026-01-15' };
  it.each([
    ['/v1/orders', { currency: 'USD' }],
    ['/v1/credits', { amount: 5_000, currency: 'USD', type: 'promotional' }],
    ['/v1/manual_payments', { amount: 5_000, currency: 'USD', method: 'cash', ...till }],
  ])('shows whose a thing of %s is', async (path, body) => {
    const made = await app.api.post(path, { customer: ada, ...body });
    expect([made.status, made.body['customer']]).toEqual([201, ada]);
    const one = `${path}/${made.body['id']}`;
    const plain = (await app.api.get(one)).body;
    const customer = (await app.api.get(`/v1/customers/${ada}`)).body;
    expect((await app.api.get(`${one}?expand[]=customer`)).body).toEqual({ ...plain, customer });
  });

  it('has no ETag: what is shown changes without the object', async () => {
    const plain = await app.api.get(`/v1/payments/${payments[1]}`);
    const etag = { 'if-none-match': String(plain.headers['etag']) };
    expect((await app.api.get(`/v1/payments/${payments[1]}`, etag)).status).toBe(304);
    const full = await app.api.get(`/v1/payments/${payments[1]}?expand[]=customer`, etag);
    expect([full.status, full.headers['etag']]).toEqual([200, undefined]);
  });

  it('shows nothing that the key may not read, and the look is noted', async () => {
    const secret = 'sk_test_expanding0000000000000';
    app.addKey(secret, ['payments:read', 'refunds:read']);
    const key = app.as(secret);
    const before = looksAt(ada).length;
    for (const path of [
      `/v1/payments/${payments[1]}?expand[]=customer`,
      `/v1/refunds/${refund}?expand[]=payment.customer`,
    ]) {
      const answer = await key.get(path);
      expect([answer.status, answer.body['code']]).toEqual([403, 'insufficient_scope']);
      expect(answer.text).not.toContain('Lovelace');
    }
    const looks = looksAt(ada).slice(0, looksAt(ada).length - before);
    expect(looks.map(({ result }) => result)).toEqual(['403', '403']);
    // None of these has a customer.
    const nobodys = `/v1/payments/${payments[0]}?expand[]=customer`;
    expect((await key.get(nobodys)).status).toBe(403);
    app.addKey('sk_test_refunding0000000000000', ['refunds:read']);
    const refunding = app.as('sk_test_refunding0000000000000');
    expect((await refunding.get(`/v1/refunds/${refund}`)).status).toBe(200);
    expect((await refunding.get(`/v1/refunds/${refund}?expand[]=payment`)).status).toBe(403);
  });

  it.each([
    'expand[]=order',
    'expand[]=customer.payment',
    'expand[]=__proto__',
    'expand=customer',
    'expand[]=customer&expand[]=customer',
    'expand[0]=customer',
  ])('refuses ?%s', async (query) => {
    const answer = await app.api.get(`/v1/payments/${payments[1]}?${query}`);
    expect([answer.status, answer.body['code']]).toEqual([400, 'invalid_request']);
  });

  it('names what it takes', async () => {
    const answer = await app.api.get(`/v1/refunds/${refund}?expand[]=banana`);
    expect(answer.body['detail']).toBe('Takes payment, payment.customer, each once.');
  });
});
