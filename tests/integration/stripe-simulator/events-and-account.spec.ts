import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type Stripe from 'stripe';
import type { Bench } from './support.js';
import { openBench, paying, refused } from './support.js';

describe('Events and account of the Stripe simulator', () => {
  let bench: Bench;
  let stripe: Stripe;
  beforeAll(async () => {
    bench = await openBench();
    stripe = bench.stripe;
  });
  afterAll(() => bench.sim.close());

  it('lists events newest first, by type, by several types and by time', async () => {
    await bench.post('/sim/reset');
    const paid = await stripe.paymentIntents.create(paying());
    const all = (await stripe.events.list()).data.map(({ type }) => type);
    expect(all).toEqual([
      'charge.updated',
      'payment_intent.succeeded',
      'charge.succeeded',
      'payment_intent.created',
    ]);
    const typesOf = async (params: Stripe.EventListParams) =>
      (await stripe.events.list(params)).data.map(({ type }) => type);
    expect(await typesOf({ type: 'charge.succeeded' })).toEqual(['charge.succeeded']);
    expect(await typesOf({ type: 'payment_intent.*' })).toHaveLength(2);
    expect(await typesOf({ types: ['charge.updated', 'payment_intent.created'] })).toHaveLength(2);
    expect(await typesOf({ created: { lt: paid.created - 10 } })).toEqual([]);
  });

  it('remembers events for 30 days of its own clock', async () => {
    await bench.post('/sim/reset');
    await stripe.paymentIntents.create(paying());
    const [event] = (await stripe.events.list()).data;
    await bench.advance(29 * 86_400);
    expect((await stripe.events.list()).data).toHaveLength(4);
    await bench.advance(86_400 + 5);
    expect((await stripe.events.list()).data).toHaveLength(0);
    expect((await refused(stripe.events.retrieve(event?.id ?? ''))).statusCode).toBe(404);
  });

  it('pages through events', async () => {
    await bench.post('/sim/reset');
    for (let n = 0; n < 3; n += 1) await stripe.paymentIntents.create(paying());
    const seen: string[] = [];
    for await (const event of stripe.events.list({ limit: 5 })) seen.push(event.id);
    expect(new Set(seen).size).toBe(12);
  });

  it('is a US account that may charge', async () => {
    const account = await stripe.accounts.retrieveCurrent();
    expect(account).toMatchObject({ object: 'account', charges_enabled: true, default_currency: 'usd' });
    expect(account.id).toMatch(/^acct_/);
  });

  it('moves its clock by steps or to a time', async () => {
    await bench.post('/sim/reset');
    const { now } = await bench.clock();
    expect(((await bench.advance(100)).now ?? 0) - now).toBeGreaterThanOrEqual(100);
    await bench.post('/sim/clock', { set: now + 5000 });
    const intent = await stripe.paymentIntents.create({ amount: 1000, currency: 'usd' });
    expect(intent.created).toBeGreaterThanOrEqual(now + 5000);
    expect(await bench.post('/sim/clock', {})).toHaveProperty('error');
  });
});
