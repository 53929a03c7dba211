import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunningServer } from './running-server.js';
import { allScopesSecret, startServer } from './running-server.js';

const json = { 'content-type': 'application/json' };
const body = (fields: string): string =>
  `{"currency":"USD","payment_method":"pm_visa","confirm":true${fields}}`;
const amount = (literal: string): string => body(`,"amount":${literal}`);

type Row = {
  readonly name: string;
  readonly path?: string;
  readonly body: string | Buffer;
  readonly headers?: Record<string, string>;
  readonly status: number;
  readonly code: string;
  readonly param?: string;
  readonly error?: string;
};

const missing = 'pay_0193f1a0-0000-7000-8000-00000000dead';

const rows: readonly Row[] = [
  ...(
    [
      ['a float', '50.5', 'amount_not_a_plain_integer'],
      ['1.0', '1.0', 'amount_not_a_plain_integer'],
      ['1e2', '1e2', 'amount_not_a_plain_integer'],
      ['-0', '-0', 'amount_not_a_plain_integer'],
      ['a text', '"5000"', 'amount_not_a_number'],
      ['null', 'null', 'amount_not_a_number'],
      ['a list', '[5000]', 'amount_not_a_number'],
      ['negative', '-5000', 'amount_not_positive'],
      ['zero', '0', 'amount_not_positive'],
      ['2^53', '9007199254740992', 'amount_too_large'],
      ['2^53 + 1, which JSON.parse would round', '9007199254740993', 'amount_too_large'],
      ['100 digits', '9'.repeat(100), 'amount_not_a_plain_integer'],
    ] as const
  ).map(([name, literal, error]) => ({
    name: `an amount that is ${name}`,
    body: amount(literal),
    status: 400,
    code: 'invalid_request',
    param: 'amount',
    error,
  })),
  {
    name: 'no amount',
    body: body(''),
    status: 400,
    code: 'invalid_request',
    param: 'amount',
    error: 'required',
  },
  {
    name: 'an amount below the minimum',
    body: amount('49'),
    status: 422,
    code: 'amount_too_small',
    param: 'amount',
  },
  {
    name: 'an unknown currency',
    body: '{"amount":5000,"currency":"XYZ"}',
    status: 400,
    code: 'invalid_request',
    param: 'currency',
    error: 'currency_unknown',
  },
  {
    name: 'a currency that is a name of Object',
    body: '{"amount":5000,"currency":"constructor"}',
    status: 400,
    code: 'invalid_request',
    param: 'currency',
  },
  { name: 'a key twice', body: amount('1,"amount":100'), status: 400, code: 'invalid_json' },
  { name: 'a key twice with one value', body: amount('100,"amount":100'), status: 400, code: 'invalid_json' },
  { name: '__proto__', body: amount('100,"__proto__":{"polluted":1}'), status: 400, code: 'invalid_json' },
  {
    name: 'constructor',
    body: amount('100,"metadata":{"constructor":"x"}'),
    status: 400,
    code: 'invalid_json',
  },
  { name: 'prototype', body: amount('100,"prototype":{}'), status: 400, code: 'invalid_json' },
  {
    name: '200 KB',
    body: amount(`100,"description":"${'x'.repeat(200_000)}"`),
    status: 413,
    code: 'body_too_large',
  },
  { name: 'no JSON', body: '{', status: 400, code: 'invalid_json' },
  { name: 'invalid UTF-8', body: Buffer.from([0x22, 0xc3, 0x28, 0x22]), status: 400, code: 'invalid_json' },
  { name: 'a list', body: '[]', status: 400, code: 'invalid_request' },
  {
    name: 'text/plain',
    body: amount('100'),
    headers: { 'content-type': 'text/plain' },
    status: 415,
    code: 'unsupported_media_type',
  },
  {
    name: 'a form',
    body: 'amount=100',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    status: 415,
    code: 'unsupported_media_type',
  },
  {
    name: 'another charset',
    body: amount('100'),
    headers: { 'content-type': 'application/json; charset=utf-16' },
    status: 415,
    code: 'unsupported_media_type',
  },
  {
    name: 'a gzip bomb',
    body: gzipSync(Buffer.alloc(5_000_000, 0x20)),
    headers: { 'content-encoding': 'gzip' },
    status: 415,
    code: 'unsupported_content_encoding',
  },
  ...['status', 'amount_refunded', 'id', 'customerId', 'approved_by', 'livemode'].map((field) => ({
    name: `the unknown field ${field}`,
    body: amount(`5000,"${field}":"succeeded"`),
    status: 400,
    code: 'invalid_request',
    param: field,
    error: 'unknown_field',
  })),
  {
    name: 'an unknown version',
    body: amount('5000'),
    headers: { 'counterfoil-version': '2020-01-01' },
    status: 400,
    code: 'version_not_supported',
  },
  {
    name: 'a customer of another kind',
    body: amount(`5000,"customer":"${missing}"`),
    status: 400,
    code: 'invalid_request',
    param: 'customer',
    error: 'id_malformed',
  },
  {
    name: 'a control character',
    body: amount('5000,"description":"a\\u0007"'),
    status: 400,
    code: 'invalid_request',
    param: 'description',
  },
  {
    name: 'confirm without a payment method',
    body: '{"amount":5000,"currency":"USD","confirm":true}',
    status: 400,
    code: 'invalid_request',
    param: 'payment_method',
  },
  {
    name: 'metadata that is no text',
    body: amount('5000,"metadata":{"a":1}'),
    status: 400,
    code: 'invalid_request',
    param: 'metadata.a',
  },
  {
    name: 'a parameter in the address',
    path: '/v1/payments?amount=1',
    body: amount('5000'),
    status: 400,
    code: 'invalid_request',
    param: 'amount',
  },
  {
    name: 'an unknown payment',
    path: `/v1/payments/${missing}/capture`,
    body: '{}',
    status: 404,
    code: 'resource_missing',
  },
  {
    name: 'a malformed id',
    path: '/v1/payments/x/capture',
    body: '{}',
    status: 404,
    code: 'resource_missing',
  },
  {
    name: 'an id of another kind',
    path: `/v1/payments/${missing.replace('pay', 're')}/capture`,
    body: '{}',
    status: 404,
    code: 'resource_missing',
  },
  {
    name: 'a refund of an unknown payment',
    path: '/v1/refunds',
    body: `{"payment":"${missing}"}`,
    status: 404,
    code: 'resource_missing',
    param: 'payment',
  },
  {
    name: 'a refund of another kind',
    path: '/v1/refunds',
    body: '{"payment":"cus_1"}',
    status: 400,
    code: 'invalid_request',
    param: 'payment',
  },
  {
    name: 'a reason too long',
    body: amount('5000'),
    headers: { 'x-reason': 'x'.repeat(501) },
    status: 400,
    code: 'invalid_request',
    param: 'X-Reason',
  },
  {
    name: 'a reason with a line break',
    body: amount('5000'),
    headers: { 'x-reason': 'a%0Ab' },
    status: 400,
    code: 'invalid_request',
    param: 'X-Reason',
  },
  {
    name: 'a key of 256 characters',
    body: amount('5000'),
    headers: { 'idempotency-key': 'k'.repeat(256) },
    status: 400,
    code: 'idempotency_key_invalid',
  },
  {
    name: 'a key that is not ASCII',
    body: amount('5000'),
    headers: { 'idempotency-key': 'schlüssel' },
    status: 400,
    code: 'idempotency_key_invalid',
  },
  {
    name: 'an empty key',
    body: amount('5000'),
    headers: { 'idempotency-key': '' },
    status: 400,
    code: 'idempotency_key_invalid',
  },
  {
    name: 'an API key in the address',
    path: `/v1/payments?key=${allScopesSecret}`,
    body: amount('5000'),
    status: 400,
    code: 'api_key_in_query',
  },
  {
    name: 'a malformed escape',
    path: '/v1/payments/%E0%A4%A/capture',
    body: '{}',
    status: 400,
    code: 'invalid_request',
  },
];

describe('bad input is refused, appends nothing and calls nothing', () => {
  let app: RunningServer;
  beforeAll(async () => {
    app = await startServer();
  });
  afterAll(() => app.stop());

  it.each(rows)('$name -> $status $code', async (row) => {
    const headers = { ...json, 'idempotency-key': randomUUID(), ...row.headers };
    const answer = await app.api.send('POST', row.path ?? '/v1/payments', row.body, headers);
    expect([answer.status, answer.body['code']]).toEqual([row.status, row.code]);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.body).toMatchObject({
      status: row.status,
      title: expect.any(String),
      detail: expect.any(String),
      instance: expect.stringMatching(/^\//),
      request_id: answer.headers['x-request-id'],
      retryable: false,
    });
    if (row.param !== undefined) expect(answer.body['param']).toBe(row.param);
    if (row.error !== undefined) expect(answer.body['errors']).toMatchObject([{ code: row.error }]);
    expect(await app.eventStore.head()).toBe(0n);
    expect(app.gateway.calls).toEqual([]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('nothing of it is kept under the keys, but what was refused after execution began', () => {
    const kept = [...app.idempotency.kept.values()].map(({ answer }) => answer?.status);
    expect(new Set(kept)).toEqual(new Set([404]));
  });

  it.each([
    '/v1/payments?limit=0',
    '/v1/payments?limit=101',
    '/v1/payments?limit=1e9',
    '/v1/payments?limit=-1',
    '/v1/payments?limit=5&limit=6',
    '/v1/payments?status=paid',
    '/v1/payments?status[]=failed',
    '/v1/payments?sort=amount',
    "/v1/payments?customer=' or 1=1 --",
    '/v1/payments?created_at[gte]=yesterday',
    '/v1/payments?starting_after=re_1',
    `/v1/payments?starting_after=${missing}&ending_before=${missing}`,
    '/v1/payments?__proto__[polluted]=1',
    '/v1/payments?__proto__=1',
    '/v1/payments?constructor=1',
    '/v1/refunds?expand[]=customer',
    '/v1/disputes?status=open',
    '/v1/disputes?awaits_evidence=1',
    '/v1/disputes?evidence_due_by[lt]=tomorrow',
    '/v1/disputes?starting_after=dp_1',
    '/v1/disputes?currency=XYZ',
    '/v1/events?after_position=-1',
    '/v1/events?after_position=99999999999999999999',
    '/v1/audit/state?stream=x',
    '/v1/audit/state?stream=payment-1&at=noon',
    '/v1/audit/state',
    '/v1/ledger/trial_balance?at=1.5',
    '/health/live?verbose=1',
    '/v1/projections?x=1',
  ])('GET %s -> 400', async (path) => {
    const answer = await app.api.get(path.replaceAll(' ', '%20'));
    expect([answer.status, answer.body['code']]).toEqual([400, 'invalid_request']);
    expect(answer.body['errors']).toMatchObject([{ pointer: expect.stringMatching(/^\?/) }]);
  });

  it.each([
    `/v1/payments/${missing}`,
    '/v1/payments/1',
    "/v1/payments/'%20or%201=1",
    '/v1/payments/%00',
    '/v1/payments/..%2f..%2fetc%2fpasswd',
    '/v1/refunds/re_0193f1a0-0000-7000-8000-00000000dead',
    `/v1/refunds/${missing}`,
    '/v1/disputes/dp_0193f1a0-0000-7000-8000-00000000dead',
    '/v1/disputes/dp_1OfStripe',
    '/v1/events/1',
    '/v1/streams/payment-unknown/events',
    '/v1/audit/state?stream=payment-unknown',
    '/v1/inbound_webhooks/evt_unknown',
    '/v1/ledger/accounts/constructor/entries',
    '/v1/projections/unknown/parked',
    '/docs/package.json',
  ])('GET %s -> 404 resource_missing', async (path) => {
    const answer = await app.api.get(path);
    expect([answer.status, answer.body['code']]).toEqual([404, 'resource_missing']);
  });

  it.each(['/v1/payment', '/v1/Payments', '/v1/payments/', '/v2/payments', '/.env'])(
    'GET %s -> 404 route_missing',
    async (path) => {
      const answer = await app.api.get(path);
      expect([answer.status, answer.body['code']]).toEqual([404, 'route_missing']);
    },
  );

  it.each([
    ['DELETE', '/v1/payments', 'POST, GET, HEAD'],
    ['PUT', '/v1/payments/x', 'GET, HEAD'],
    ['TRACE', '/v1/payments', 'POST, GET, HEAD'],
    ['OPTIONS', '/v1/refunds', 'POST, GET, HEAD'],
    ['GET', '/webhooks/stripe', 'POST'],
    ['POST', '/health/live', 'GET, HEAD'],
  ])('%s %s -> 405 with Allow: %s', async (method, path, allow) => {
    const answer = await app.api.send(method, path, '', { 'x-http-method-override': 'GET' });
    expect([answer.status, answer.body['code'], answer.headers['allow']]).toEqual([
      405,
      'method_not_allowed',
      allow,
    ]);
  });
});

describe('what the order of a payment does not allow', () => {
  let app: RunningServer;
  beforeAll(async () => {
    app = await startServer();
  });
  afterAll(() => app.stop());

  it.each([
    [
      'a capture above the authorization',
      'manual',
      [],
      'capture',
      { amount: 5001 },
      422,
      'capture_exceeds_authorization',
    ],
    ['a second capture', 'manual', ['capture'], 'capture', {}, 409, 'payment_not_capturable'],
    ['a capture after a cancellation', 'manual', ['cancel'], 'capture', {}, 409, 'payment_not_capturable'],
    ['a capture of what was taken at once', 'automatic', [], 'capture', {}, 409, 'payment_not_capturable'],
    ['a cancellation after the capture', 'automatic', [], 'cancel', {}, 409, 'payment_not_cancelable'],
    [
      'a confirmation after the capture',
      'automatic',
      [],
      'confirm',
      { payment_method: 'pm_visa' },
      409,
      'payment_not_confirmable',
    ],
    [
      'a refund above the capture',
      'automatic',
      [],
      'refund',
      { amount: 5001 },
      422,
      'refund_exceeds_captured',
    ],
    ['a refund before the capture', 'manual', [], 'refund', {}, 409, 'payment_not_refundable'],
    [
      'a refund of less than the provider takes',
      'automatic',
      [],
      'refund',
      { amount: 1 },
      422,
      'amount_too_small',
    ],
  ])('%s', async (_name, method, before, action, body, status, code) => {
    const paid = await app.api.post('/v1/payments', {
      ...{ amount: 5000, currency: 'USD', payment_method: 'pm_visa', confirm: true, capture_method: method },
    });
    const id = paid.body['id'];
    for (const earlier of before) await app.api.post(`/v1/payments/${id}/${earlier}`, {});
    const [head, calls] = [await app.eventStore.head(), app.gateway.calls.length];
    const answer =
      action === 'refund'
        ? await app.api.post('/v1/refunds', { payment: id, ...body })
        : await app.api.post(`/v1/payments/${id}/${action}`, body);
    expect([answer.status, answer.body['code']]).toEqual([status, code]);
    expect([await app.eventStore.head(), app.gateway.calls.length]).toEqual([head, calls]);
  });
});
