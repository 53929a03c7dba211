import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Bench } from './support.js';
import { clientOf, openBench, paying, RAW_PAYMENT, raw, refused, until } from './support.js';

const PATH = '/v1/payment_intents';
const DECLINED_PAYMENT = RAW_PAYMENT.replace('pm_card_visa', 'pm_card_chargeDeclined');

describe('Idempotency of the Stripe simulator', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.sim.close());

  const send = (key: string, body = RAW_PAYMENT, path = PATH) =>
    raw(bench, path, body, { 'Idempotency-Key': key });
  const charges = async (): Promise<number> => (await bench.state()).counts.charge;

  it('replays a success byte for byte and says so', async () => {
    const first = await send('k');
    const second = await send('k');
    expect(second.text).toBe(first.text);
    expect(second.status).toBe(200);
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    expect(second.headers.get('original-request')).toBe(first.headers.get('request-id'));
    expect(second.headers.get('request-id')).not.toBe(first.headers.get('request-id'));
    expect(await charges()).toBe(1);
  });

  it('replays what was true then, even when the object has changed since', async () => {
    const held = await send('k', `${RAW_PAYMENT}&capture_method=manual`);
    await bench.stripe.paymentIntents.capture(held.json.id);
    const replayed = await send('k', `${RAW_PAYMENT}&capture_method=manual`);
    expect(replayed.json.status).toBe('requires_capture');
  });

  it('replays a decline with its 402', async () => {
    const first = await send('k', DECLINED_PAYMENT);
    const second = await send('k', DECLINED_PAYMENT);
    expect([first.status, second.status]).toEqual([402, 402]);
    expect(second.text).toBe(first.text);
    expect(await charges()).toBe(1);
  });

  it('saves refusals of state, since execution had begun', async () => {
    const paid = await send('a');
    const body = 'amount_to_capture=100';
    const first = await send('b', body, `${PATH}/${paid.json.id}/capture`);
    expect(first.json.error.code).toBe('payment_intent_unexpected_state');
    const second = await send('b', body, `${PATH}/${paid.json.id}/capture`);
    expect(second.text).toBe(first.text);
    expect(second.headers.get('idempotent-replayed')).toBe('true');
  });

  it('refuses the same key with other parameters', async () => {
    await send('k');
    const other = await send('k', RAW_PAYMENT.replace('1000', '1001'));
    expect(other.status).toBe(400);
    expect(other.json.error).toEqual({
      type: 'idempotency_error',
      message:
        'Keys for idempotent requests can only be used with the same parameters they were first used with. Try ' +
        "using a key other than 'k' if you meant to execute a different request.",
    });
    const byMeta = await send('k', `${RAW_PAYMENT}&metadata[a]=1`);
    expect(byMeta.status).toBe(400);
    expect(await charges()).toBe(1);
  });

  it('refuses the same key at another endpoint', async () => {
    const paid = await send('k');
    const other = await send('k', `payment_intent=${paid.json.id}`, '/v1/refunds');
    expect(other.status).toBe(400);
    expect(other.json.error.type).toBe('idempotency_error');
    expect(other.json.error.message).toContain('only be used for the same endpoint');
  });

  it('does not save validation errors', async () => {
    const bad = await send('k', `${RAW_PAYMENT}&bogus=1`);
    expect(bad.json.error.code).toBe('parameter_unknown');
    const small = await send('k', RAW_PAYMENT.replace('1000', '1'));
    expect(small.json.error.code).toBe('amount_too_small');
    const good = await send('k');
    expect(good.status).toBe(200);
    expect(good.headers.get('idempotent-replayed')).toBeNull();
  });

  it('does not save 401 and 429', async () => {
    const live = await raw(bench, PATH, RAW_PAYMENT, {
      'Idempotency-Key': 'k',
      Authorization: 'Bearer sk_live_abc',
    });
    expect(live.status).toBe(401);
    await bench.post('/sim/next', { behavior: 'rate_limit' });
    expect((await send('k')).status).toBe(429);
    await bench.post('/sim/next', { behavior: 'lock_timeout' });
    const locked = await send('k');
    expect([locked.status, locked.json.error.code]).toEqual([429, 'lock_timeout']);
    expect((await send('k')).status).toBe(200);
  });

  it('answers 409 while the first request is in flight, and executes once', async () => {
    await bench.post('/sim/next', { behavior: 'delay', delay_ms: 1_500 });
    const first = send('k');
    await until(async () => (await bench.state()).queued_behaviors === 0);
    const during = await send('k');
    expect(during.status).toBe(409);
    expect(during.json.error).toMatchObject({ type: 'idempotency_error', code: 'idempotency_key_in_use' });
    const done = await first;
    expect((await send('k')).text).toBe(done.text);
    expect(await charges()).toBe(1);
  });

  it('executes once however many copies arrive together', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => send('k')));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(await charges()).toBe(1);
  });

  it('keeps keys of different API keys apart', async () => {
    await send('k');
    const other = clientOf(bench.sim, 'sk_test_somebodyelse');
    await other.paymentIntents.create(paying(), { idempotencyKey: 'k' });
    expect(await charges()).toBe(2);
  });

  it('forgets keys after 24 hours on its own clock, not before', async () => {
    await send('k');
    await bench.advance(24 * 3600 - 60);
    expect((await bench.post('/sim/prune_idempotency_keys')).pruned).toBe(0);
    expect((await send('k')).headers.get('idempotent-replayed')).toBe('true');
    await bench.advance(61);
    expect((await send('k')).headers.get('idempotent-replayed')).toBeNull();
    expect(await charges()).toBe(2);
  });

  it('prunes old keys on command', async () => {
    await send('old');
    const { now } = await bench.clock();
    await bench.post('/sim/clock', { set: now + 23 * 3600 });
    await send('young');
    await bench.post('/sim/clock', { set: now + 24 * 3600 + 10 });
    expect((await bench.state()).counts.idempotency).toBe(1);
  });

  it('ignores keys of reading requests', async () => {
    const paid = await send('a');
    const read = await raw(bench, `${PATH}/${paid.json.id}`, '', { 'Idempotency-Key': 'a' }, 'GET');
    expect(read.status).toBe(200);
  });

  it('is understood by the SDK as an idempotency error', async () => {
    await bench.stripe.paymentIntents.create(paying(), { idempotencyKey: 'k' });
    const error = await refused(
      bench.stripe.paymentIntents.create(paying('pm_card_mastercard'), { idempotencyKey: 'k' }),
    );
    expect(error.type).toBe('StripeIdempotencyError');
  });
});
