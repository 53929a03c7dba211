import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Bench } from './support.js';
import { openBench, paying, RAW_PAYMENT, raw, refused, until } from './support.js';

describe('Ordered faults of the Stripe simulator', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.sim.close());

  const order = (behavior: string, more: object = {}) =>
    bench.post('/sim/next', { behavior, operation: 'payment_intents.create', ...more });
  const send = (key: string) => raw(bench, '/v1/payment_intents', RAW_PAYMENT, { 'Idempotency-Key': key });
  const intents = async (): Promise<number> => (await bench.state()).counts.payment_intent;

  it('loses an answer after doing the work; the same key brings the answer', async () => {
    await order('lose_answer');
    await expect(send('k')).rejects.toThrow();
    expect(await intents()).toBe(1);
    const again = await send('k');
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await intents()).toBe(1);
  });

  it('shows that the SDK sends once more by itself, under the same key', async () => {
    await order('lose_answer');
    const paid = await bench.stripe.paymentIntents.create(paying(), { idempotencyKey: 'k' });
    expect(paid.status).toBe('succeeded');
    await order('lose_answer', { times: 2 });
    const error = await refused(bench.stripe.paymentIntents.create(paying(), { idempotencyKey: 'other' }));
    expect(error.type).toBe('StripeConnectionError');
    expect(await intents()).toBe(2);
  });

  it('cuts the connection before doing anything', async () => {
    await order('reset_before');
    await expect(send('k')).rejects.toThrow();
    expect(await intents()).toBe(0);
  });

  it('hangs without doing anything', async () => {
    await order('hang');
    const error = await refused(
      bench.stripe.paymentIntents.create(paying(), {
        idempotencyKey: 'k',
        timeout: 60,
        maxNetworkRetries: 0,
      }),
    );
    expect(error.type).toBe('StripeConnectionError');
    expect(await intents()).toBe(0);
  });

  it('commits late while the client has already given up', async () => {
    await order('delay', { delay_ms: 1_500 });
    await refused(bench.stripe.paymentIntents.create(paying(), { idempotencyKey: 'k', timeout: 40 }));
    expect(await intents()).toBe(0);
    await until(async () => (await intents()) === 1);
  });

  it('commits at once and answers late', async () => {
    await order('delay_after', { delay_ms: 1_500 });
    let isAnswered = false;
    const pending = send('k').finally(() => {
      isAnswered = true;
    });
    await until(async () => (await intents()) === 1);
    expect(isAnswered).toBe(false);
    expect((await pending).status).toBe(200);
  });

  it('answers 500 before doing anything and saves nothing', async () => {
    await order('error_500_before');
    const failed = await send('k');
    expect([failed.status, failed.json.error.type]).toEqual([500, 'api_error']);
    expect(failed.headers.get('stripe-should-retry')).toBeNull();
    expect(await intents()).toBe(0);
    expect((await send('k')).status).toBe(200);
  });

  it('answers 500 after the effect and replays that 500', async () => {
    await order('error_500_after');
    const failed = await send('k');
    expect(failed.status).toBe(500);
    expect(failed.headers.get('stripe-should-retry')).toBe('false');
    expect(await intents()).toBe(1);
    const again = await send('k');
    expect([again.status, again.text]).toEqual([500, failed.text]);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await intents()).toBe(1);
  });

  it('saves a 500 without any effect', async () => {
    await order('error_500_without_effect_saved');
    expect((await send('k')).status).toBe(500);
    expect((await send('k')).status).toBe(500);
    expect(await intents()).toBe(0);
  });

  it('declines on command with any decline code', async () => {
    await order('decline', { decline_code: 'do_not_honor' });
    const error = await refused(bench.stripe.paymentIntents.create(paying()));
    expect(error).toMatchObject({ code: 'card_declined', decline_code: 'do_not_honor', statusCode: 402 });
  });

  it('gives an order to matching calls only, as often as asked', async () => {
    await bench.post('/sim/next', { behavior: 'rate_limit', method: 'POST', path: '/v1/refunds', times: 2 });
    expect((await send('a')).status).toBe(200);
    const paid = await bench.stripe.paymentIntents.create(paying());
    for (const expected of [429, 429, 200]) {
      expect((await raw(bench, '/v1/refunds', `payment_intent=${paid.id}&amount=100`)).status).toBe(expected);
    }
  });

  it('refuses orders that it does not understand', async () => {
    expect(await bench.post('/sim/next', { behavior: 'explode' })).toHaveProperty('error');
    expect(await bench.post('/sim/next', { behavior: 'hang', tmies: 2 })).toHaveProperty('error');
  });

  it('limits requests per endpoint and in total, and saves nothing of what it refuses', async () => {
    await bench.post('/sim/rate_limit', { per_endpoint: 5, total: 8 });
    const startedAt = performance.now();
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => send(`key-${n}`)));
    const refilled = Math.floor((5 * (performance.now() - startedAt)) / 1_000);
    const passed = answers.filter(({ status }) => status === 200).length;
    expect(passed).toBeGreaterThanOrEqual(5);
    expect(passed).toBeLessThanOrEqual(5 + refilled);
    const limited = answers.find(({ status }) => status === 429);
    expect(limited?.json.error.code).toBe('rate_limit');
    expect(await intents()).toBe(passed);
    await bench.post('/sim/rate_limit', { off: true });
    const retried = await Promise.all(Array.from({ length: 20 }, (_, n) => send(`key-${n}`)));
    expect(retried.every(({ status }) => status === 200)).toBe(true);
    expect(await intents()).toBe(20);
  });
});
