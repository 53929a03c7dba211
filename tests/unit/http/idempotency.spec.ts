import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { scopes } from '../../../src/application/ports/api-keys.js';
import type { EventToAppend } from '../../../src/application/ports/event-store.js';
import { AppendOutcomeUnknown } from '../../../src/application/ports/event-store.js';
import type { Claim } from '../../../src/application/ports/idempotency-records.js';
import { answerOnce } from '../../../src/interfaces/http/shared/idempotency.js';
import { required } from '../../support/payment-examples.js';
import { silentLogger } from '../../support/postgres.js';
import type { RunningServer } from './running-server.js';
import { startServer } from './running-server.js';

const visa = { amount: 5000, currency: 'USD', payment_method: 'pm_visa', confirm: true };

describe('an answer whose copy is on its way', () => {
  const identity = { caller: 'key_1', method: 'POST', path: '/v1/payments', key: 'k', fingerprint: 'f' };
  const answer = { status: 201, contentType: 'application/json', body: '{}', etag: null };
  const inProgress = { outcome: 'in_progress', retryAfterMs: 9_000 } as const;
  const repeat = (...claims: Claim[]) => {
    const claim = async () => required(claims.shift());
    const records = { claim, complete: async () => undefined, abandon: async () => undefined };
    return answerOnce({ records, logger: silentLogger, leaseMs: 10_000 }, identity, () =>
      Promise.reject(new Error('the request was executed')),
    );
  };

  it('is looked for once more', async () => {
    expect(await repeat(inProgress, { outcome: 'replay', answer })).toMatchObject(answer);
  });

  it('is not waited for any longer', async () => {
    await expect(repeat(inProgress, inProgress)).rejects.toMatchObject({
      problem: { code: 'idempotency_in_progress' },
    });
  });
});

describe('idempotency keys', () => {
  let app: RunningServer;
  let key: Record<string, string>;
  beforeEach(async () => {
    app = await startServer();
    key = { 'idempotency-key': randomUUID() };
  });
  afterEach(() => app.stop());

  /** Position of the last event there is: what appends nothing does not move it. */
  const head = () => app.eventStore.head();

  it('a repeat gets the same bytes, the same status and ETag, and says so', async () => {
    const first = await app.api.post('/v1/payments', visa, key);
    const reordered = Object.fromEntries(Object.entries(visa).reverse());
    const before = await head();
    const again = await app.api.post('/v1/payments', reordered, key);
    expect(await head()).toBe(before);
    expect([again.status, again.text, again.headers['etag']]).toEqual([
      201,
      first.text,
      first.headers['etag'],
    ]);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(first.headers['idempotent-replayed']).toBeUndefined();
    expect(again.headers['x-request-id']).not.toBe(first.headers['x-request-id']);
    expect(app.gateway.calls).toHaveLength(1);
  });

  it('of 50 parallel POSTs with one key one executes', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => app.api.post('/v1/payments', visa, key)),
    );
    expect(
      answers.filter(({ status, headers }) => status === 201 && headers['idempotent-replayed'] === undefined),
    ).toHaveLength(1);
    for (const waiting of answers.filter(({ status }) => status !== 201)) {
      expect([waiting.status, waiting.body['code'], waiting.body['retryable']]).toEqual([
        409,
        'idempotency_in_progress',
        true,
      ]);
      expect(waiting.headers['retry-after']).toBe('1');
    }
    expect(app.gateway.calls).toHaveLength(1);
    // One payment's events, and not one more: a second payment makes as many again.
    const ofOne = await head();
    expect((await app.eventStore.readAll(0n, 100)).map(({ type }) => type)).toContain('PaymentCaptured');
    await Promise.all(Array.from({ length: 50 }, () => app.api.post('/v1/payments', visa, key)));
    expect(await head()).toBe(ofOne);
    await app.api.post('/v1/payments', visa);
    expect(await head()).toBe(2n * ofOne);
  });

  it('F08: another body under the key is refused, also while the first is under way', async () => {
    const [first, other] = await Promise.all([
      app.api.post('/v1/payments', visa, key),
      app.api.post('/v1/payments', { ...visa, amount: 5001 }, key),
    ]);
    expect([first.status, other.status].sort()).toEqual([201, 422]);
    const before = await head();
    const later = await app.api.post('/v1/payments', { ...visa, amount: 5002 }, key);
    expect([later.status, later.body['code']]).toEqual([422, 'idempotency_key_reused']);
    expect(app.gateway.calls).toHaveLength(1);
    expect(await head()).toBe(before);
    const streams = (await app.eventStore.readAll(0n, 100)).map(({ stream }) => stream);
    expect(new Set(streams).size).toBe(1);
  });

  it('F08: keys of two callers, and of two paths, never meet', async () => {
    const secret = 'sk_test_other00000000000000000';
    app.addKey(secret, scopes);
    const mine = await app.api.post('/v1/payments', visa, key);
    const other = await app.as(secret).post('/v1/payments', visa, key);
    expect(other.body['id']).not.toBe(mine.body['id']);
    const refund = await app.api.post('/v1/refunds', { payment: mine.body['id'], amount: 100 }, key);
    expect(refund.status).toBe(201);
  });

  it('an escaped letter in the address does not make a repeat new', async () => {
    const paid = await app.api.post('/v1/payments', { ...visa, capture_method: 'manual' });
    const id = String(paid.body['id']);
    const first = await app.api.post(`/v1/payments/${id}/capture`, {}, key);
    const again = await app.api.post(`/v1/payments/${id.replace('pay', 'p%61y')}/capture`, {}, key);
    expect([again.status, again.text]).toEqual([first.status, first.text]);
  });

  it.each([
    ['a decline', { ...visa, payment_method: 'pm_declined' }, 402],
    ['a payment in doubt', visa, 202],
  ])('%s is kept', async (name, body, status) => {
    if (name === 'a payment in doubt') app.gateway.outage = 'unknown';
    const first = await app.api.post('/v1/payments', body, key);
    app.gateway.outage = undefined;
    const before = await head();
    const again = await app.api.post('/v1/payments', body, key);
    expect([first.status, again.status, again.text]).toEqual([status, status, first.text]);
    expect(app.gateway.calls).toHaveLength(1);
    expect(await head()).toBe(before);
  });

  it('a refusal by the rules is kept', async () => {
    const paid = await app.api.post('/v1/payments', visa);
    const body = { payment: paid.body['id'], amount: 5001 };
    const before = await head();
    const first = await app.api.post('/v1/refunds', body, key);
    const again = await app.api.post('/v1/refunds', body, key);
    expect([first.status, again.status, again.text]).toEqual([422, 422, first.text]);
    expect(await head()).toBe(before);
  });

  it('a refusal that may be retried is not kept: a repeat with the key gets what is true by then', async () => {
    app.gateway.outage = 'unknown';
    const doubtful = await app.api.post('/v1/payments', { ...visa, capture_method: 'manual' });
    app.gateway.outage = undefined;
    const path = `/v1/payments/${doubtful.body['id']}`;
    const early = await app.api.post(`${path}/capture`, {}, key);
    expect([doubtful.status, early.status, early.body['code'], early.body['retryable']]).toEqual([
      202,
      409,
      'payment_operation_in_progress',
      true,
    ]);
    expect((await app.api.post(`${path}/recover`, {})).body['status']).toBe('authorized');
    const again = await app.api.post(`${path}/capture`, {}, key);
    expect([again.status, again.body['status']]).toEqual([200, 'succeeded']);
    expect(again.headers['idempotent-replayed']).toBeUndefined();
    // What came of it is kept as ever.
    const later = await app.api.post(`${path}/capture`, {}, key);
    expect([later.text, later.headers['idempotent-replayed']]).toEqual([again.text, 'true']);
    expect(app.gateway.calls.filter((call) => call.startsWith('capture'))).toHaveLength(1);
  });

  it('a stale If-Match is not kept: the same request may be sent with the current one', async () => {
    const held = await app.api.post('/v1/payments', { ...visa, capture_method: 'manual' });
    const path = `/v1/payments/${held.body['id']}/capture`;
    expect((await app.api.post(path, {}, { ...key, 'if-match': '"0"' })).status).toBe(412);
    const current = String(held.headers['etag']);
    expect((await app.api.post(path, {}, { ...key, 'if-match': current })).status).toBe(200);
  });

  it('a request that was never begun does not spend its key', async () => {
    const without = { ...key, authorization: 'Bearer sk_test_unknown00000000000' };
    expect((await app.api.post('/v1/payments', visa, without)).status).toBe(401);
    expect((await app.api.post('/v1/payments', { ...visa, amount: '5000' }, key)).status).toBe(400);
    expect((await app.api.post('/v1/payments', { ...visa, amount: 1 }, key)).status).toBe(422);
    expect([await head(), app.gateway.calls]).toEqual([0n, []]);
    expect((await app.api.post('/v1/payments', visa, key)).status).toBe(201);
  });

  it('a failure of ours is not kept, and its repeat can take no second effect', async () => {
    const append = app.eventStore.append.bind(app.eventStore);
    let calls = 0;
    // Writes and then loses the answer, as a database that dies right after its commit does.
    app.eventStore.append = async (stream, expected, events: readonly EventToAppend[]) => {
      calls += 1;
      if (calls > 2) return append(stream, expected, events);
      await append(stream, expected, events);
      throw new AppendOutcomeUnknown('no answer');
    };
    const failed = await app.api.post('/v1/payments', visa, key);
    expect([failed.status, failed.body['code'], failed.body['retryable']]).toEqual([
      503,
      'outcome_unknown',
      true,
    ]);
    expect(failed.headers['retry-after']).toBe('1');
    const again = await app.api.post('/v1/payments', visa, key);
    expect([again.status, again.body['status']]).toEqual([201, 'succeeded']);
    const created = (await app.eventStore.readAll(0n, 100)).filter(({ type }) => type === 'PaymentCreated');
    expect(created).toHaveLength(1);
    expect(app.gateway.calls).toHaveLength(1);
  });

  it('a request whose process died is taken up again under the same command', async () => {
    const first = await app.api.post('/v1/payments', visa, key);
    app.idempotency.loseAnswers();
    const again = await app.api.post('/v1/payments', visa, key);
    expect([again.status, again.body['id']]).toEqual([201, first.body['id']]);
    expect(app.gateway.calls).toHaveLength(1);
  });

  it.each(['/v1/payments', '/v1/refunds', '/v1/payments/pay_0193f1a0-0000-7000-8000-00000000dead/capture'])(
    'POST %s needs a key',
    async (path) => {
      const answer = await app.api.send('POST', path, '{}', { 'content-type': 'application/json' });
      expect([answer.status, answer.body['code']]).toEqual([400, 'idempotency_key_required']);
    },
  );

  it('is accepted on a POST that moves no money', async () => {
    const send = () => app.api.post('/v1/audit/replays', { projection: 'ledger' }, key);
    const first = await send();
    const again = await send();
    expect([again.text, again.headers['idempotent-replayed']]).toEqual([first.text, 'true']);
    const without = await app.api.send('POST', '/v1/projections/ledger/retry', '', {});
    expect(without.status).toBe(200);
  });
});
