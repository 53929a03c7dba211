import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type Stripe from 'stripe';
import type { Bench } from './support.js';
import { openBench, paying, raw, refused } from './support.js';

describe('Payment intents of the Stripe simulator', () => {
  let bench: Bench;
  let stripe: Stripe;
  beforeAll(async () => {
    bench = await openBench();
    stripe = bench.stripe;
  });
  afterAll(() => bench.sim.close());

  it('asks for a payment method when none is given', async () => {
    const intent = await stripe.paymentIntents.create({ amount: 1000, currency: 'usd' });
    expect(intent.status).toBe('requires_payment_method');
    expect(intent.client_secret?.startsWith(`${intent.id}_secret_`)).toBe(true);
  });

  it('asks for confirmation, then succeeds with a captured charge', async () => {
    const waiting = await stripe.paymentIntents.create(paying('pm_card_visa', { confirm: false }));
    expect(waiting.status).toBe('requires_confirmation');
    const paid = await stripe.paymentIntents.confirm(waiting.id, { expand: ['latest_charge'] });
    expect(paid).toMatchObject({ status: 'succeeded', amount_received: 1000, last_payment_error: null });
    expect(paid.latest_charge).toMatchObject({ captured: true, amount_captured: 1000, status: 'succeeded' });
  });

  it('takes a method named at confirmation', async () => {
    const intent = await stripe.paymentIntents.create({
      amount: 1000,
      currency: 'usd',
      allowed_payment_method_types: ['card'],
    });
    const paid = await stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_mastercard' });
    expect(paid.status).toBe('succeeded');
  });

  it('captures part of a hold and releases the rest', async () => {
    const held = await stripe.paymentIntents.create(paying('pm_card_visa', { capture_method: 'manual' }));
    expect(held).toMatchObject({ status: 'requires_capture', amount_capturable: 1000, amount_received: 0 });
    const paid = await stripe.paymentIntents.capture(held.id, { amount_to_capture: 400 });
    expect(paid).toMatchObject({
      status: 'succeeded',
      amount_capturable: 0,
      amount_received: 400,
      amount: 1000,
    });
    const [charge] = (await stripe.charges.list({ payment_intent: held.id })).data;
    expect(charge).toMatchObject({ captured: true, amount_captured: 400, amount: 1000, amount_refunded: 0 });
  });

  it('refuses to capture more than is held, and to capture twice', async () => {
    const held = await stripe.paymentIntents.create(paying('pm_card_visa', { capture_method: 'manual' }));
    const tooMuch = await refused(stripe.paymentIntents.capture(held.id, { amount_to_capture: 1001 }));
    expect(tooMuch).toMatchObject({ statusCode: 400, code: 'amount_too_large', param: 'amount_to_capture' });
    await stripe.paymentIntents.capture(held.id);
    const twice = await refused(stripe.paymentIntents.capture(held.id));
    expect(twice).toMatchObject({ statusCode: 400, code: 'payment_intent_unexpected_state' });
    expect(twice.payment_intent?.status).toBe('succeeded');
  });

  it('cancels what is not paid and refuses to cancel what is', async () => {
    const intent = await stripe.paymentIntents.create({ amount: 1000, currency: 'usd' });
    const canceled = await stripe.paymentIntents.cancel(intent.id, { cancellation_reason: 'abandoned' });
    expect(canceled).toMatchObject({ status: 'canceled', cancellation_reason: 'abandoned' });
    expect(await refused(stripe.paymentIntents.cancel(intent.id))).toMatchObject({
      code: 'payment_intent_unexpected_state',
    });
    const paid = await stripe.paymentIntents.create(paying());
    expect((await refused(stripe.paymentIntents.cancel(paid.id))).message).toBe(
      'You cannot cancel this PaymentIntent because it has a status of succeeded. Only a PaymentIntent with one ' +
        'of the following statuses may be canceled: requires_payment_method, requires_capture, ' +
        'requires_confirmation, requires_action, processing.',
    );
  });

  it('releases a hold when it is canceled, without moving the balance', async () => {
    const before = await bench.sums();
    const held = await stripe.paymentIntents.create(paying('pm_card_visa', { capture_method: 'manual' }));
    await stripe.paymentIntents.cancel(held.id);
    const [charge] = (await stripe.charges.list({ payment_intent: held.id })).data;
    expect(charge).toMatchObject({
      captured: false,
      refunded: true,
      amount_captured: 0,
      balance_transaction: null,
    });
    expect(await bench.sums()).toEqual(before);
  });

  it('lets a hold lapse after seven days', async () => {
    const held = await stripe.paymentIntents.create(paying('pm_card_visa', { capture_method: 'manual' }));
    await bench.advance(7 * 86_400 + 1);
    const lapsed = await stripe.paymentIntents.retrieve(held.id);
    expect(lapsed).toMatchObject({
      status: 'canceled',
      cancellation_reason: 'automatic',
      amount_capturable: 0,
    });
  });

  it('refuses to confirm a paid intent and one without a method', async () => {
    const paid = await stripe.paymentIntents.create(paying());
    expect((await refused(stripe.paymentIntents.confirm(paid.id))).message).toBe(
      'You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed.',
    );
    const bare = await stripe.paymentIntents.create({ amount: 1000, currency: 'usd' });
    expect(await refused(stripe.paymentIntents.confirm(bare.id))).toMatchObject({
      code: 'payment_intent_unexpected_state',
    });
  });

  it('merges metadata, removes emptied keys and changes amounts while that is possible', async () => {
    const intent = await stripe.paymentIntents.create({
      amount: 1000,
      currency: 'usd',
      metadata: { a: '1', b: '2' },
    });
    const changed = await stripe.paymentIntents.update(intent.id, {
      amount: 1500,
      metadata: { b: '', c: '3' },
    });
    expect(changed).toMatchObject({ amount: 1500, metadata: { a: '1', c: '3' } });
    expect(changed.metadata['b']).toBeUndefined();
    const paid = await stripe.paymentIntents.create(paying());
    expect(await refused(stripe.paymentIntents.update(paid.id, { amount: 1 }))).toMatchObject({
      statusCode: 400,
    });
    expect((await stripe.paymentIntents.update(paid.id, { metadata: { late: 'yes' } })).metadata).toEqual({
      late: 'yes',
    });
  });

  it('demands a return_url when redirecting methods are possible', async () => {
    const params = { amount: 1000, currency: 'usd', payment_method: 'pm_card_visa', confirm: true };
    const error = await refused(stripe.paymentIntents.create(params));
    expect(error.message).toContain('you must provide a `return_url`');
    const paid = await stripe.paymentIntents.create({
      ...params,
      automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    });
    expect(paid.status).toBe('succeeded');
  });

  it('shows the balance transaction of an asynchronous capture only in a later event', async () => {
    const paid = await stripe.paymentIntents.create(paying());
    const events = (await bench.events()).filter(
      ({ data }) => (data.object as Stripe.Charge).payment_intent === paid.id,
    );
    expect(events.map(({ type }) => type)).toEqual(['charge.succeeded', 'charge.updated']);
    const shown = events.map(({ data }) => (data.object as Stripe.Charge).balance_transaction);
    expect(shown).toEqual([null, expect.stringMatching(/^txn_/)]);
    const sync = await stripe.paymentIntents.create(
      paying('pm_card_visa', { capture_method: 'automatic', expand: ['latest_charge.balance_transaction'] }),
    );
    const charge = sync.latest_charge as Stripe.Charge;
    expect(charge.balance_transaction).toMatchObject({ amount: 1000, fee: 59, net: 941, type: 'charge' });
  });

  it('pages through lists in both directions and filters by customer and time', async () => {
    const customer = await stripe.customers.create({ email: 'list@example.com' });
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) {
      const made = await stripe.paymentIntents.create({
        amount: 1000 + n,
        currency: 'usd',
        customer: customer.id,
      });
      ids.unshift(made.id);
    }
    const all: string[] = [];
    for await (const intent of stripe.paymentIntents.list({ customer: customer.id, limit: 2 }))
      all.push(intent.id);
    expect(all).toEqual(ids);
    const back = await stripe.paymentIntents.list({
      customer: customer.id,
      limit: 2,
      ending_before: ids[4] ?? '',
    });
    expect(back.data.map((intent) => intent.id)).toEqual([ids[2], ids[3]]);
    expect(back.has_more).toBe(true);
    const { now } = await bench.clock();
    expect((await stripe.paymentIntents.list({ created: { gt: now + 10 } })).data).toEqual([]);
  });

  it('finds by search only what is old enough, in the version that was true then', async () => {
    const marker = `order-${Math.trunc(performance.now())}`;
    const intent = await stripe.paymentIntents.create({
      amount: 1000,
      currency: 'usd',
      metadata: { marker },
    });
    const query = `metadata['marker']:'${marker}' AND status:'requires_payment_method'`;
    expect((await stripe.paymentIntents.search({ query })).data).toEqual([]);
    await bench.advance(61);
    await stripe.paymentIntents.cancel(intent.id);
    const stale = await stripe.paymentIntents.search({ query });
    expect(stale.data.map((found) => [found.id, found.status])).toEqual([
      [intent.id, 'requires_payment_method'],
    ]);
    await bench.advance(61);
    expect((await stripe.paymentIntents.search({ query })).data).toEqual([]);
    const other = await stripe.paymentIntents.search({
      query: `-status:'canceled' AND metadata["marker"]:"${marker}"`,
    });
    expect(other.data).toEqual([]);
  });

  it('answers unknown ids with 404 in a URL and 400 in a parameter', async () => {
    expect(await refused(stripe.paymentIntents.retrieve('pi_nothing'))).toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
      message: "No such payment_intent: 'pi_nothing'",
    });
    expect(await refused(stripe.refunds.create({ payment_intent: 'pi_nothing' }))).toMatchObject({
      statusCode: 400,
      code: 'resource_missing',
    });
  });

  it('leaves no trace of a request whose expansion is impossible', async () => {
    const { counts } = await bench.state();
    const error = await refused(
      stripe.paymentIntents.create(paying('pm_card_visa', { expand: ['no_such_thing'] })),
    );
    expect(error.message).toContain('cannot be expanded (no_such_thing)');
    expect((await bench.state()).counts).toEqual(counts);
  });

  it('identifies each answer and echoes the version', async () => {
    const answer = await raw(bench, '/v1/payment_intents', 'amount=100&currency=usd', {
      'Stripe-Version': '2025-01-01.some',
    });
    expect(answer.headers.get('request-id')).toMatch(/^req_/);
    expect(answer.headers.get('stripe-version')).toBe('2025-01-01.some');
    expect(Date.parse(answer.headers.get('date') ?? '')).toBeGreaterThan(0);
  });
});
