import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseHoldId } from '../../../src/domain/shared/ids.js';
import { parseInstant } from '../../../src/domain/shared/instant.js';
import { money } from '../../../src/domain/shared/money.js';
import { httpTokens } from '../../../src/interfaces/http/http-tokens.js';
import type { Answer } from '../../support/api-client.js';
import { required } from '../../support/payment-examples.js';
import { customers } from './credit-ports.js';
import type { RunningServer } from './running-server.js';
import { startServer } from './running-server.js';

const nobody = 'cus_0193f1a0-0000-7000-8000-00000000dead';
const json = { 'content-type': 'application/json' };
const grantBody = { customer: customers.inParis, amount: 5000, currency: 'usd', type: 'promotional' };

describe('credit over HTTP', () => {
  let app: RunningServer;
  beforeAll(async () => {
    app = await startServer();
  });
  afterAll(() => app.stop());

  const grant = (change: object = {}): Promise<Answer> =>
    app.api.post('/v1/credits', { ...grantBody, ...change });

  it('is granted, shown with who gave it, and told again under the same key', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const body = { ...grantBody, source: 'spring', description: 'Welcome', metadata: { a: 'b' } };
    const first = await app.api.post('/v1/credits', body, key);
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({
      object: 'credit',
      ...{
        customer: customers.inParis,
        status: 'active',
        amount: 5000,
        currency: 'USD',
        remaining_amount: 5000,
      },
      ...{ held_amount: 0, fully_used: false, type: 'promotional', paid: false, source: 'spring' },
      ...{ description: 'Welcome', priority: 100, expires_at: null, late_return: 'breakage' },
      ...{ granted_by: 'api_key:key_1', metadata: { a: 'b' }, livemode: false },
    });
    expect(first.headers['etag']).toBe('"0"');
    const again = await app.api.post('/v1/credits', body, key);
    expect([again.status, again.text, again.headers['idempotent-replayed']]).toEqual([
      201,
      first.text,
      'true',
    ]);
    const read = await app.api.get(`/v1/credits/${first.body['id']}`);
    expect([read.status, read.text]).toEqual([200, first.text]);
  });

  it('is in dollars when no currency is given, and paid for where the type says so', async () => {
    const { currency: _currency, ...body } = grantBody;
    const answer = await app.api.post('/v1/credits', { ...body, type: 'prepaid' });
    expect(answer.body).toMatchObject({ currency: 'USD', paid: true });
  });

  it.each([
    ['in Paris in summer', customers.inParis, '2037-07-31', '2037-07-31T22:00:00.000Z'],
    ['in Paris in winter', customers.inParis, '2037-12-31', '2037-12-31T23:00:00.000Z'],
    ['in Paris when clocks go back', customers.inParis, '2037-10-25', '2037-10-25T23:00:00.000Z'],
    ['in New York', customers.inNewYork, '2037-12-31', '2038-01-01T05:00:00.000Z'],
    ['in New York on a leap day', customers.inNewYork, '2036-02-29', '2036-03-01T05:00:00.000Z'],
  ])('with a last day ends at midnight where the customer is: %s', async (_name, customer, day, instant) => {
    const answer = await grant({ customer, expires_on: day });
    expect([answer.status, answer.body['expires_at']]).toEqual([201, instant]);
  });

  it('takes an instant as it is, and a policy for what comes back late', async () => {
    const change = { expires_at: '2037-01-01T00:00:00Z', late_return: 'extension', late_return_days: 30 };
    expect((await grant(change)).body).toMatchObject({
      ...{ expires_at: '2037-01-01T00:00:00.000Z', late_return: 'extension', late_return_days: 30 },
    });
  });

  it('is revoked once, with If-Match at the revision that was read', async () => {
    const granted = await grant();
    const path = `/v1/credits/${granted.body['id']}/revoke`;
    const stale = await app.api.post(path, {}, { 'if-match': '"0"' });
    expect([stale.status, stale.body['code']]).toEqual([412, 'revision_stale']);
    const revoked = await app.api.post(path, {}, { 'if-match': String(granted.headers['etag']) });
    expect(revoked.body).toMatchObject({ status: 'voided', remaining_amount: 0, amount: 5000 });
    const again = await app.api.post(path, {});
    expect([again.status, again.headers['etag']]).toEqual([200, revoked.headers['etag']]);
  });

  it('is spent through the same account, and the wallet shows each currency by itself', async () => {
    const customer = customers.inNewYork;
    await grant({ customer, currency: 'JPY', amount: 700 });
    const { body } = await grant({ customer, currency: 'KWD', amount: 1000 });
    const accounts = app.container.get(httpTokens.creditHandler);
    const command = {
      type: 'SpendCredit',
      at: required(parseInstant('2030-01-01T00:00:00.000Z')),
      holdId: required(parseHoldId(`hold_${randomUUID()}`)),
      amount: money(1000n, 'KWD'),
      invoiceId: null,
      from: null,
    } as const;
    const actor = { kind: 'system', id: 'test' } as const;
    const commandId = randomUUID();
    const metadata = { commandId, correlationId: 'c', causationId: 'c', actor, reason: null };
    await accounts.handle(customer, command, metadata);
    expect((await app.api.get(`/v1/credits/${body['id']}`)).body).toMatchObject({
      ...{ status: 'exhausted', fully_used: true, remaining_amount: 0 },
    });
    const wallet = await app.api.get(`/v1/customers/${customer}/wallet`);
    expect(wallet.body).toMatchObject({ object: 'wallet', customer });
    const balances = wallet.body['balances'] as readonly Record<string, unknown>[];
    expect(balances.find(({ currency }) => currency === 'JPY')).toMatchObject({ available: 700, spent: 0 });
    expect(balances.find(({ currency }) => currency === 'KWD')).toEqual({
      ...{ currency: 'KWD', available: 0, held: 0, remaining: 0, granted: 1000, spent: 1000 },
      ...{ restored: 0, expired: 0, revoked: 0 },
    });
    const transactions = await app.api.get(`/v1/customers/${customer}/wallet/transactions?limit=1`);
    expect([transactions.status, transactions.headers['x-projection-lag-ms']]).toEqual([200, '12']);
  });

  it('of all there was finds nothing to revoke', async () => {
    const listed = await app.eventStore.readStream(`creditAccount-${customers.inNewYork}`);
    const spent = listed.find(({ type }) => type === 'CreditSpent')?.data['emptied'];
    const answer = await app.api.post(`/v1/credits/${String(spent)}/revoke`, {});
    expect([answer.status, answer.body['code']]).toEqual([409, 'credit_not_revocable']);
  });
});

type Row = readonly [
  name: string,
  body: object | string,
  status: number,
  code: string,
  param?: string,
  error?: string,
];

const bad: readonly Row[] = [
  ['no amount', { ...grantBody, amount: undefined }, 400, 'invalid_request', 'amount', 'required'],
  ['nothing', { ...grantBody, amount: 0 }, 400, 'invalid_request', 'amount', 'amount_not_positive'],
  [
    'less than nothing',
    { ...grantBody, amount: -1 },
    400,
    'invalid_request',
    'amount',
    'amount_not_positive',
  ],
  [
    'a fraction',
    { ...grantBody, amount: 0.5 },
    400,
    'invalid_request',
    'amount',
    'amount_not_a_plain_integer',
  ],
  [
    'more than every reader can hold',
    `{"customer":"${customers.inParis}","type":"goodwill","amount":9007199254740993}`,
    ...([400, 'invalid_request', 'amount', 'amount_too_large'] as const),
  ],
  [
    'a currency that is none',
    { ...grantBody, currency: 'XXX' },
    400,
    'invalid_request',
    'currency',
    'currency_unknown',
  ],
  ['no type', { ...grantBody, type: undefined }, 400, 'invalid_request', 'type'],
  ['a type that is none', { ...grantBody, type: 'cashback' }, 400, 'invalid_request', 'type'],
  [
    'paid, which follows from the type',
    { ...grantBody, paid: true },
    400,
    'invalid_request',
    'paid',
    'unknown_field',
  ],
  [
    'somebody else as the giver',
    { ...grantBody, granted_by: 'x' },
    400,
    'invalid_request',
    'granted_by',
    'unknown_field',
  ],
  [
    'a customer of another kind',
    { ...grantBody, customer: 'pay_1' },
    400,
    'invalid_request',
    'customer',
    'id_malformed',
  ],
  [
    'a customer that there is none of',
    { ...grantBody, customer: nobody },
    404,
    'resource_missing',
    'customer',
  ],
  ['an expiry that has come', { ...grantBody, expires_at: '2020-01-01T00:00:00Z' }, 422, 'expiry_in_past'],
  ['a last day that is over', { ...grantBody, expires_on: '2020-01-01' }, 422, 'expiry_in_past'],
  [
    'a day that no calendar has',
    { ...grantBody, expires_on: '2037-02-29' },
    400,
    'invalid_request',
    'expires_on',
    'date_malformed',
  ],
  [
    'a last day after which no day comes',
    { ...grantBody, expires_on: '9999-12-31' },
    400,
    'invalid_request',
    'expires_on',
    'date_malformed',
  ],
  [
    'two expiries',
    { ...grantBody, expires_on: '2037-01-01', expires_at: '2037-01-01T00:00:00Z' },
    ...([400, 'invalid_request', 'expires_on'] as const),
  ],
  [
    'an extension of no days',
    { ...grantBody, late_return: 'extension' },
    400,
    'invalid_request',
    'late_return_days',
  ],
  [
    'days without an extension',
    { ...grantBody, late_return_days: 5 },
    400,
    'invalid_request',
    'late_return_days',
  ],
  ['a priority below zero', { ...grantBody, priority: -1 }, 400, 'invalid_request', 'priority'],
  [
    'a priority that is text',
    { ...grantBody, priority: '1' },
    400,
    'invalid_request',
    'priority',
    'out_of_range',
  ],
  [
    'an extension of 367 days',
    { ...grantBody, late_return: 'extension', late_return_days: 367 },
    400,
    'invalid_request',
    'late_return_days',
    'out_of_range',
  ],
  ['a priority that is half', { ...grantBody, priority: 1.5 }, 400, 'invalid_request', 'priority'],
  ['a control character', { ...grantBody, description: 'a\u0007' }, 400, 'invalid_request', 'description'],
  [
    'a mark of direction',
    { ...grantBody, description: 'a\u202eb' },
    ...([400, 'invalid_request', 'description', 'invalid_format'] as const),
  ],
  [
    'a mark of direction in its source',
    { ...grantBody, source: '\u2067a' },
    400,
    'invalid_request',
    'source',
  ],
  ['a source of 201 characters', { ...grantBody, source: 'x'.repeat(201) }, 400, 'invalid_request', 'source'],
];

const rows = bad.map(([name, body, status, code, param, error]) => ({
  name,
  body,
  status,
  code,
  param,
  error,
}));

describe('a bad grant is refused, and nothing is appended', () => {
  let app: RunningServer;
  beforeAll(async () => {
    app = await startServer();
  });
  afterAll(() => app.stop());

  it.each(rows)('$name', async ({ body, status, code, param, error }) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await app.api.send('POST', '/v1/credits', text, {
      ...json,
      'idempotency-key': randomUUID(),
    });
    expect([answer.status, answer.body['code'], answer.body['param']]).toEqual([status, code, param]);
    if (error !== undefined) expect(answer.body['errors']).toMatchObject([{ code: error }]);
    expect(await app.eventStore.head()).toBe(0n);
  });

  it('as is one without a key, and one from a key that may only read', async () => {
    const keyless = await app.api.send('POST', '/v1/credits', JSON.stringify(grantBody), json);
    expect([keyless.status, keyless.body['code']]).toEqual([400, 'idempotency_key_required']);
    app.addKey('sk_test_reader000000000000000000', ['credits:read']);
    const reader = await app.as('sk_test_reader000000000000000000').post('/v1/credits', grantBody);
    expect([reader.status, reader.body['code']]).toEqual([403, 'insufficient_scope']);
    expect(await app.eventStore.head()).toBe(0n);
  });

  it.each([
    '/v1/credits/crd_0193f1a0-0000-7000-8000-00000000dead',
    '/v1/credits/1',
    `/v1/customers/${nobody}/wallet`,
    `/v1/customers/${nobody}/wallet/transactions`,
  ])('GET %s -> 404', async (path) => {
    const answer = await app.api.get(path);
    expect([answer.status, answer.body['code']]).toEqual([404, 'resource_missing']);
  });

  it.each([
    '/v1/credits?status=used',
    '/v1/credits?type=cashback',
    '/v1/credits?expires_at[lte]=tomorrow',
    '/v1/credits?customer=me',
    `/v1/customers/${customers.inParis}/wallet?at=now`,
    `/v1/customers/${customers.inParis}/wallet/transactions?starting_after=1`,
  ])('GET %s -> 400', async (path) => {
    const answer = await app.api.get(path);
    expect([answer.status, answer.body['code']]).toEqual([400, 'invalid_request']);
  });

  it('and so is the revocation of what there is none of', async () => {
    const answer = await app.api.post('/v1/credits/crd_0193f1a0-0000-7000-8000-00000000dead/revoke', {});
    expect([answer.status, answer.body['code']]).toEqual([404, 'resource_missing']);
  });
});
