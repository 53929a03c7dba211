import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type Stripe from 'stripe';
import type { Bench } from './support.js';
import { openBench, paying, refused } from './support.js';

describe('Customers and saved methods of the Stripe simulator', () => {
  let bench: Bench;
  let stripe: Stripe;
  beforeAll(async () => {
    bench = await openBench();
    stripe = bench.stripe;
  });
  afterAll(() => bench.sim.close());

  it('creates, changes, lists and deletes customers', async () => {
    const made = await stripe.customers.create({ email: 'ada@example.com', metadata: { a: '1' } });
    const changed = await stripe.customers.update(made.id, { name: 'Ada', metadata: { a: '', b: '2' } });
    expect(changed).toMatchObject({ name: 'Ada', email: 'ada@example.com', metadata: { b: '2' } });
    expect((await stripe.customers.list({ email: 'ada@example.com' })).data.map(({ id }) => id)).toEqual([
      made.id,
    ]);
    expect(await stripe.customers.del(made.id)).toMatchObject({ id: made.id, deleted: true });
    expect(await stripe.customers.retrieve(made.id)).toMatchObject({ deleted: true });
    expect((await stripe.customers.list({ email: 'ada@example.com' })).data).toEqual([]);
    expect(await refused(stripe.customers.update(made.id, { name: 'x' }))).toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
    });
  });

  it('attaches, lists, sets as default and detaches methods', async () => {
    const customer = await stripe.customers.create();
    const method = await stripe.paymentMethods.attach('pm_card_visa', { customer: customer.id });
    expect(method).toMatchObject({ customer: customer.id, type: 'card' });
    expect((await stripe.paymentMethods.list({ customer: customer.id })).data.map(({ id }) => id)).toEqual([
      method.id,
    ]);
    expect((await stripe.customers.listPaymentMethods(customer.id)).data).toHaveLength(1);
    expect((await stripe.customers.retrievePaymentMethod(customer.id, method.id)).id).toBe(method.id);
    const updated = await stripe.customers.update(customer.id, {
      invoice_settings: { default_payment_method: method.id },
      expand: ['invoice_settings.default_payment_method'],
    });
    expect((updated.invoice_settings.default_payment_method as Stripe.PaymentMethod).id).toBe(method.id);
    const loose = await stripe.paymentMethods.detach(method.id);
    expect(loose.customer).toBeNull();
    expect(
      (await refused(stripe.paymentMethods.attach(method.id, { customer: customer.id }))).message,
    ).toContain('was detached from a Customer');
  });

  it('refuses to attach cards that decline', async () => {
    const customer = await stripe.customers.create();
    const error = await refused(
      stripe.paymentMethods.attach('pm_card_chargeDeclinedInsufficientFunds', { customer: customer.id }),
    );
    expect(error).toMatchObject({
      statusCode: 402,
      code: 'card_declined',
      decline_code: 'insufficient_funds',
    });
    const count = (await bench.state()).counts.customer;
    await refused(stripe.customers.create({ payment_method: 'pm_card_chargeDeclined' }));
    expect((await bench.state()).counts.customer).toBe(count);
  });

  it('attaches the card that declines only when it is charged', async () => {
    const customer = await stripe.customers.create({ payment_method: 'pm_card_chargeCustomerFail' });
    const [method] = (await stripe.paymentMethods.list({ customer: customer.id })).data;
    const error = await refused(
      stripe.paymentIntents.create(paying(method?.id, { customer: customer.id, off_session: true })),
    );
    expect(error.code).toBe('card_declined');
  });

  it('wants the customer named when a method belongs to one', async () => {
    const customer = await stripe.customers.create({ payment_method: 'pm_card_visa' });
    const [method] = (await stripe.paymentMethods.list({ customer: customer.id })).data;
    const error = await refused(stripe.paymentIntents.create(paying(method?.id)));
    expect(error.message).toContain('for security purposes you must provide the customer');
    const twice = [1, 2].map(() =>
      stripe.paymentIntents.create(paying(method?.id, { customer: customer.id })),
    );
    expect((await Promise.all(twice)).map(({ status }) => status)).toEqual(['succeeded', 'succeeded']);
  });

  it('does not let an unattached method pay twice', async () => {
    const method = await stripe.paymentMethods.create({
      type: 'card',
      card: { number: '4242424242424242', exp_month: 1, exp_year: 2040, cvc: '123' },
    });
    expect((await stripe.paymentIntents.create(paying(method.id))).status).toBe('succeeded');
    expect((await refused(stripe.paymentIntents.create(paying(method.id)))).message).toContain(
      'was previously used',
    );
  });

  it('keeps a method for later when the payment says so', async () => {
    const customer = await stripe.customers.create();
    const paid = await stripe.paymentIntents.create(
      paying('pm_card_visa', { customer: customer.id, setup_future_usage: 'off_session' }),
    );
    const [kept] = (await stripe.paymentMethods.list({ customer: customer.id })).data;
    expect(kept?.id).toBe(paid.payment_method);
  });

  it('updates the billing details of a method', async () => {
    const method = await stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_visa' } });
    const changed = await stripe.paymentMethods.update(method.id, {
      billing_details: { name: 'Ada', address: { city: 'London' } },
      metadata: { a: '1' },
    });
    expect(changed.billing_details).toMatchObject({ name: 'Ada', address: { city: 'London', line1: null } });
    expect((await stripe.paymentMethods.retrieve(method.id)).metadata).toEqual({ a: '1' });
  });

  it('walks a setup intent through its statuses', async () => {
    const customer = await stripe.customers.create();
    const bare = await stripe.setupIntents.create({ customer: customer.id });
    expect(bare.status).toBe('requires_payment_method');
    const named = await stripe.setupIntents.update(bare.id, { payment_method: 'pm_card_visa' });
    expect(named.status).toBe('requires_confirmation');
    const done = await stripe.setupIntents.confirm(bare.id);
    expect(done.status).toBe('succeeded');
    expect((await stripe.paymentMethods.retrieve(String(done.payment_method))).customer).toBe(customer.id);
    expect(await refused(stripe.setupIntents.cancel(bare.id))).toMatchObject({
      code: 'setup_intent_unexpected_state',
    });
    const other = await stripe.setupIntents.create();
    expect((await stripe.setupIntents.cancel(other.id)).status).toBe('canceled');
    expect((await stripe.setupIntents.list({ customer: customer.id })).data.map(({ id }) => id)).toEqual([
      bare.id,
    ]);
  });

  it('fails a setup by decline and by authentication', async () => {
    const declined = await refused(
      stripe.setupIntents.create({ payment_method: 'pm_card_chargeDeclined', confirm: true }),
    );
    expect(declined).toMatchObject({ statusCode: 402, code: 'card_declined' });
    expect(declined.setup_intent).toMatchObject({ status: 'requires_payment_method' });
    const waiting = await stripe.setupIntents.create({
      payment_method: 'pm_card_authenticationRequired',
      confirm: true,
    });
    expect(waiting.status).toBe('requires_action');
    await bench.post(`/sim/setup_intents/${waiting.id}/complete_action`, { outcome: 'fail' });
    const failed = await stripe.setupIntents.retrieve(waiting.id);
    expect(failed.last_setup_error?.code).toBe('setup_intent_authentication_failure');
  });
});
