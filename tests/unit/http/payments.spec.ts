import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { field } from '../../support/api-client.js';
import type { RunningServer } from './running-server.js';
import { startServer } from './running-server.js';

const visa = { amount: 5000, currency: 'usd', payment_method: 'pm_visa', confirm: true };

describe('payments and refunds over HTTP', () => {
  let app: RunningServer;
  beforeAll(async () => {
    app = await startServer();
  });
  afterAll(() => app.stop());
  beforeEach(() => {
    app.gateway.outage = undefined;
  });

  it('takes the example of its documentation', async () => {
    const { body } = await app.api.get('/openapi.json');
    const examples = field(body, 'components', 'schemas', 'CreatePayment', 'examples') as readonly object[];
    expect(examples).toHaveLength(1);
    expect((await app.api.post('/v1/payments', examples[0] ?? {})).status).toBe(201);
  });

  it('takes a payment in one call and shows it as documented', async () => {
    const answer = await app.api.post('/v1/payments', {
      ...visa,
      metadata: { cart: '7' },
      description: 'Shoes',
    });
    expect(answer.status).toBe(201);
    const { id, created_at, revision, provider, ...rest } = answer.body;
    expect(rest).toEqual({
      object: 'payment',
      status: 'succeeded',
      amount: 5000,
      currency: 'USD',
      amount_authorized: 5000,
      amount_captured: 5000,
      amount_refunded: 0,
      capture_method: 'automatic',
      customer: null,
      order: null,
      description: 'Shoes',
      metadata: { cart: '7' },
      last_error: null,
      livemode: false,
    });
    expect(provider).toEqual({ name: 'stripe', payment_intent: expect.stringMatching(/^pi_/) });
    expect(created_at).toMatch(/Z$/);
    expect(answer.headers).toMatchObject({
      etag: `"${revision}"`,
      'cache-control': 'no-store',
      'counterfoil-version': '2026-11-01',
      'x-request-id': expect.stringMatching(/^req_/),
      'x-content-type-options': 'nosniff',
    });
    expect(answer.headers['x-powered-by']).toBeUndefined();
    expect((await app.api.get(`/v1/payments/${id}`)).body).toEqual(answer.body);
    const unchanged = await app.api.get(`/v1/payments/${id}`, { 'if-none-match': `"${revision}"` });
    expect([unchanged.status, unchanged.text]).toEqual([304, '']);
  });

  it('tells a decline as 402 with the payment in it, and takes another card', async () => {
    const declined = await app.api.post('/v1/payments', { ...visa, payment_method: 'pm_declined' });
    expect(declined.status).toBe(402);
    expect(declined.headers['content-type']).toContain('application/problem+json');
    expect(declined.body).toMatchObject({
      type: 'urn:counterfoil:problem:card_declined',
      status: 402,
      code: 'card_declined',
      decline_code: 'insufficient_funds',
      detail: 'The card has insufficient funds.',
      message: 'The card has insufficient funds.',
      id: expect.stringMatching(/^pay_/),
      payment: { status: 'requires_payment_method', last_error: { code: 'card_declined' } },
      retryable: false,
    });
    const again = await app.api.post(`/v1/payments/${declined.body['id']}/confirm`, {
      payment_method: 'pm_visa',
    });
    expect([again.status, again.body['status'], again.body['last_error']]).toEqual([200, 'succeeded', null]);
  });

  it('shows the client secret and the next step only while the customer must act', async () => {
    const asked = await app.api.post('/v1/payments', { ...visa, payment_method: 'pm_3ds' });
    expect([asked.status, asked.body['status']]).toEqual([201, 'requires_action']);
    expect(asked.body['client_secret']).toContain('_secret_');
    expect(asked.body['next_action']).toEqual({ type: 'redirect_to_url', url: 'https://bank.example/3ds' });
    const canceled = await app.api.post(`/v1/payments/${asked.body['id']}/cancel`, {});
    expect([canceled.status, canceled.body['status']]).toEqual([200, 'canceled']);
    expect(canceled.body).not.toHaveProperty('client_secret');
  });

  it('answers 202 with a payment in processing when the provider does not tell', async () => {
    app.gateway.outage = 'unknown';
    const waiting = await app.api.post('/v1/payments', visa);
    expect([waiting.status, waiting.body['status']]).toEqual([202, 'processing']);
    const busy = await app.api.post(`/v1/payments/${waiting.body['id']}/cancel`, {});
    expect([busy.status, busy.body['code'], busy.body['retryable']]).toEqual([
      409,
      'payment_operation_in_progress',
      true,
    ]);
  });

  it('captures a part, refunds parts, and not one unit more', async () => {
    const held = await app.api.post('/v1/payments', { ...visa, capture_method: 'manual' });
    expect(held.body).toMatchObject({ status: 'authorized', amount_authorized: 5000, amount_captured: 0 });
    const id = String(held.body['id']);
    const part = await app.api.post(`/v1/payments/${id}/capture`, { amount: 3000 });
    expect(part.body).toMatchObject({ status: 'succeeded', amount_captured: 3000 });
    const refund = await app.api.post('/v1/refunds', { payment: id, amount: 1000, reason: 'duplicate' });
    expect(refund.status).toBe(201);
    expect(refund.body).toMatchObject({
      object: 'refund',
      payment: id,
      amount: 1000,
      currency: 'USD',
      status: 'succeeded',
      reason: 'duplicate',
      failure_reason: null,
      metadata: {},
    });
    const found = await app.api.get(`/v1/refunds/${refund.body['id']}?expand[]=payment`);
    expect(found.body).toMatchObject({
      id: refund.body['id'],
      payment: { id, status: 'partially_refunded' },
    });
    const rest = await app.api.post('/v1/refunds', { payment: id });
    expect(rest.body).toMatchObject({ amount: 2000 });
    const more = await app.api.post('/v1/refunds', { payment: id, amount: 50 });
    expect([more.status, more.body['code']]).toEqual([422, 'refund_exceeds_captured']);
    expect((await app.api.get(`/v1/payments/${id}`)).body).toMatchObject({
      status: 'refunded',
      amount_refunded: 3000,
    });
  });

  it('tells when the provider refuses a capture or a refund', async () => {
    const held = await app.api.post('/v1/payments', { ...visa, capture_method: 'manual' });
    app.gateway.outage = 'refused';
    const refusedCapture = await app.api.post(`/v1/payments/${held.body['id']}/capture`, {});
    expect(refusedCapture.status).toBe(422);
    expect(refusedCapture.body).toMatchObject({
      code: 'provider_refused',
      payment: { status: 'authorized' },
    });
    app.gateway.outage = undefined;
    await app.api.post(`/v1/payments/${held.body['id']}/capture`, {});
    app.gateway.outage = 'refused';
    const refusedRefund = await app.api.post('/v1/refunds', { payment: held.body['id'] });
    expect(refusedRefund.body).toMatchObject({ code: 'provider_refused', refund: { status: 'failed' } });
  });

  it('writes only at the revision that If-Match insists on', async () => {
    const held = await app.api.post('/v1/payments', { ...visa, capture_method: 'manual' });
    const id = String(held.body['id']);
    const stale = await app.api.post(`/v1/payments/${id}/capture`, {}, { 'if-match': '"0"' });
    expect([stale.status, stale.body['code']]).toEqual([412, 'revision_stale']);
    const current = await app.api.post(
      `/v1/payments/${id}/capture`,
      {},
      { 'if-match': String(held.headers['etag']) },
    );
    expect(current.body).toMatchObject({ status: 'succeeded' });
    const malformed = await app.api.post(`/v1/payments/${id}/cancel`, {}, { 'if-match': 'x' });
    expect(malformed.status).toBe(400);
  });

  it('writes who, why and because of what into every event', async () => {
    const paid = await app.api.post('/v1/payments', visa, {
      'x-request-id': 'req-1001',
      'x-reason': encodeURIComponent('Bestellung Nº 7, Größe ☕'),
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    });
    expect(paid.headers['x-request-id']).toBe('req-1001');
    const timeline = await app.api.get(`/v1/payments/${paid.body['id']}/timeline`);
    const [created, requested, authorized] = timeline.body['data'] as Record<string, unknown>[];
    expect(created).toMatchObject({
      object: 'event',
      type: 'PaymentCreated',
      sentence: expect.stringContaining('50.00 USD'),
      actor: { kind: 'api_key', id: 'key_1' },
      reason: 'Bestellung Nº 7, Größe ☕',
      causation_id: 'req-1001',
      correlation_id: 'req-1001',
      revision: 0,
    });
    expect(authorized).toMatchObject({
      correlation_id: 'req-1001',
      causation_id: requested?.['id'],
      reason: null,
    });
    expect((await app.api.get(`/v1/events/${created?.['id']}`)).body).toEqual(created);
    expect(app.logger.lines.find(({ fields }) => fields['request_id'] === 'req-1001')?.fields).toMatchObject({
      request_id: 'req-1001',
      trace_id: '0af7651916cd43dd8448eb211c80319c',
      api_key: 'key_1',
    });
  });

  it('does not take a request id or a trace that could harm a log', async () => {
    const answer = await app.api.get('/v1/projections', { 'x-request-id': 'a b', traceparent: '00-zz' });
    expect(answer.headers['x-request-id']).toMatch(/^req_/);
  });

  it('pages through all events by position', async () => {
    const all = await app.api.get('/v1/events?limit=100');
    const positions = (all.body['data'] as { position: number }[]).map(({ position }) => position);
    const page = await app.api.get('/v1/events?after_position=2&limit=3');
    expect(page.body).toMatchObject({ has_more: true });
    expect((page.body['data'] as { position: number }[]).map(({ position }) => position)).toEqual(
      positions.slice(2, 5),
    );
  });

  it('shows the state of a payment at any revision', async () => {
    const paid = await app.api.post('/v1/payments', visa);
    const path = `/v1/audit/state?stream=payment-${paid.body['id']}`;
    const at = async (when: string) => (await app.api.get(path + when)).body;
    expect(await at('&at=1')).toMatchObject({ revision: 1, state: { status: 'confirming' } });
    expect(await at('')).toMatchObject({
      state: { status: 'captured' },
      caused_by: { type: 'PaymentCaptured' },
    });
    expect(await at('&at=2001-01-01T00:00:00Z')).toMatchObject({
      revision: null,
      state: { status: 'absent' },
    });
  });

  it('lists say how far they may lag', async () => {
    const list = await app.api.get(
      '/v1/payments?limit=5&status=succeeded&created_at[gte]=2026-01-01T00:00:00Z',
    );
    expect([list.status, list.headers['x-projection-lag-ms']]).toEqual([200, '12']);
    const data = Array.from({ length: 5 }, () => expect.objectContaining({ status: 'succeeded' }));
    expect(list.body).toEqual({ object: 'list', url: '/v1/payments', has_more: true, data });
  });

  it('writes integers beyond 2^53 exactly', async () => {
    const replay = await app.api.post('/v1/audit/replays', { projection: 'ledger' });
    expect(replay.text).toContain('"position":1152921504606846976');
  });

  it('a replay’s report can be read again', async () => {
    const replays = await app.api.post('/v1/audit/replays', { projection: 'ledger' });
    const [report] = replays.body['data'] as readonly Record<string, unknown>[];
    const again = await app.api.get(`/v1/audit/replays/${report?.['id']}`);
    expect([again.status, again.body]).toEqual([200, report]);
    const unknown = await app.api.get('/v1/audit/replays/rpy_0193f1a0-0000-7000-8000-00000000dead');
    expect([unknown.status, unknown.body['code']]).toEqual([404, 'resource_missing']);
  });
});
