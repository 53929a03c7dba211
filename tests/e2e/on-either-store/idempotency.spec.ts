import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from '../../support/api-client.js';
import { items } from '../../support/api-client.js';
import type { RunningApp } from '../../support/counterfoil.js';
import { chosenStore, startApp } from '../../support/counterfoil.js';
import { eventually } from '../../support/eventually.js';

/** A short run by default; REFUND_PAIRS=500 is the full one. */
const refundPairs = Number(process.env['REFUND_PAIRS'] ?? 15);
const visa = { amount: 5000, currency: 'USD', payment_method: 'pm_card_visa', confirm: true };

describe.each([chosenStore])('idempotency keys, events in %s', (store) => {
  let app: RunningApp;
  beforeAll(async () => {
    // Crowds are answered here, on machines of any speed.
    app = await startApp(store, {
      COUNTERFOIL_INLINE_BUDGET_MS: '10000',
      COUNTERFOIL_EFFECT_GRACE_MS: '12000',
    });
  });
  afterAll(() => app?.stop());

  it('50 parallel POSTs with one key make one charge, and all end with one body', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const first = await Promise.all(
      Array.from({ length: 50 }, () => app.api.post('/v1/payments', visa, key)),
    );
    const statuses = new Set(first.map(({ status }) => status));
    expect([...statuses].every((status) => status === 201 || status === 409)).toBe(true);
    for (const waiting of first.filter(({ status }) => status === 409)) {
      expect(waiting.body['code']).toBe('idempotency_in_progress');
      expect(waiting.headers['retry-after']).toMatch(/^\d+$/);
    }
    const after = await Promise.all(
      Array.from({ length: 50 }, () => app.api.post('/v1/payments', visa, key)),
    );
    expect(new Set(after.map(({ text }) => text)).size).toBe(1);
    expect(after.every(({ headers }) => headers['idempotent-replayed'] === 'true')).toBe(true);
    const executed = first.find(({ status }) => status === 201);
    expect(after[0]?.text).toBe(executed?.text);
    expect(await app.chargesOf(after[0])).toHaveLength(1);
  });

  it('F08: refuses the key for another body, and keeps callers and paths apart', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const paid = await app.api.post('/v1/payments', visa, key);
    const other = await app.api.post('/v1/payments', { ...visa, amount: 5001 }, key);
    expect([other.status, other.body['code']]).toEqual([422, 'idempotency_key_reused']);
    const refund = await app.api.post('/v1/refunds', { payment: paid.body['id'], amount: 100 }, key);
    expect(refund.status).toBe(201);
  });

  it('does not care for the order of the body', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const paid = await app.api.post('/v1/payments', visa, key);
    const reversed = Object.fromEntries(Object.entries(visa).reverse());
    const again = await app.api.post('/v1/payments', reversed, key);
    expect(again.text).toBe(paid.text);
  });

  it('F09: replays a decline: a new attempt needs a new key', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const body = { ...visa, payment_method: 'pm_card_visa_chargeDeclined' };
    const declined = await app.api.post('/v1/payments', body, key);
    expect(declined.status).toBe(402);
    for (let n = 0; n < 10; n += 1) {
      const again = await app.api.post('/v1/payments', body, key);
      expect([again.status, again.text]).toEqual([402, declined.text]);
    }
    const attempts = await app.chargesOf(declined);
    expect(attempts).toHaveLength(1);
  });

  it('F10: does not spend a key on a request that was never begun', async () => {
    const key = { 'idempotency-key': randomUUID() };
    expect((await app.api.post('/v1/payments', { ...visa, amount: '5000' }, key)).status).toBe(400);
    expect((await app.api.post('/v1/payments', visa, key)).status).toBe(201);
  });

  it('is required where money moves', async () => {
    const paid = await app.api.post('/v1/payments', visa);
    const without = { 'content-type': 'application/json' };
    for (const path of ['/v1/payments', `/v1/payments/${paid.body['id']}/capture`, '/v1/refunds']) {
      const refused = await app.api.send('POST', path, JSON.stringify(visa), without);
      expect([refused.status, refused.body['code']]).toEqual([400, 'idempotency_key_required']);
    }
  });

  /**
   * A store that does not answer in time is told as 503: the same request, under the same key, is then sent again, after as long as
   * the answer says. A claim whose request was given up on stands for some ten seconds more.
   */
  function refund(payment: Answer, amount: number): Promise<Answer> {
    const key = { 'idempotency-key': randomUUID() };
    const isFinal = ({ status }: Answer) => status !== 503 && status !== 409;
    const ask = async () => {
      const answer = await app.api.post('/v1/refunds', { payment: payment.body['id'], amount }, key);
      if (!isFinal(answer)) await sleep(1_000 * Number(answer.headers['retry-after']));
      return answer;
    };
    return eventually(ask, isFinal, 90_000);
  }

  it(`two concurrent refunds of 60% on ${refundPairs} payments never both succeed`, async () => {
    const pay20AndRefund = async (): Promise<void> => {
      const paid = await Promise.all(Array.from({ length: 20 }, () => app.api.post('/v1/payments', visa)));
      const twice = (payment: Answer) => Promise.all([refund(payment, 3000), refund(payment, 3000)]);
      const pairs = await Promise.all(paid.map(twice));
      for (const pair of pairs) expect(pair.map(({ status }) => status).sort()).toEqual([201, 422]);
      for (const payment of paid) {
        const now = await app.api.get(`/v1/payments/${payment.body['id']}`);
        expect(now.body['amount_refunded']).toBe(3000);
      }
    };
    for (let done = 0; done < refundPairs; done += 20) await pay20AndRefund();
  }, 300_000);

  it('one of 100 concurrent refunds of 60 on 100 wins, and Stripe is asked once', async () => {
    const paid = await app.api.post('/v1/payments', { ...visa, amount: 100 });
    const answers = await Promise.all(Array.from({ length: 100 }, () => refund(paid, 60)));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    expect(statuses.filter((status) => status === 422)).toHaveLength(99);
    const refunds = await eventually(
      () => app.api.get(`/v1/refunds?payment=${paid.body['id']}`),
      (list) => items(list).length === 1,
    );
    expect(items(refunds)).toHaveLength(1);
    // Stripe would have refused the others too; it must not have come to that.
    const timeline = await app.api.get(`/v1/payments/${paid.body['id']}/timeline`);
    expect(items(timeline).filter(({ type }) => type === 'RefundRequested')).toHaveLength(1);
  });
});
