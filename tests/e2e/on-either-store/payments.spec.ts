import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cardByTestId, testCardNames } from '../../../src/infrastructure/stripe-simulator/test-cards.js';
import type { Answer } from '../../support/api-client.js';
import { field, items } from '../../support/api-client.js';
import type { RunningApp } from '../../support/counterfoil.js';
import { chosenStore, startApp } from '../../support/counterfoil.js';
import { eventually } from '../../support/eventually.js';

/** Every test id of Stripe's that ends in a decline at once, by what it is declined with. */
const declines: readonly (readonly [code: string, declineCode: string, names: string])[] = [
  [
    'card_declined',
    'generic_decline',
    'chargeDeclined visa_chargeDeclined chargeCustomerFail visa_chargeCustomerFail threeDSecureRequiredProcessingError',
  ],
  [
    'card_declined',
    'insufficient_funds',
    'chargeDeclinedInsufficientFunds visa_chargeDeclinedInsufficientFunds visa_debit_chargeDeclinedInsufficientFunds',
  ],
  [
    'card_declined',
    'lost_card',
    'chargeDeclinedLostCard visa_chargeDeclinedLostCard visa_chargeCustomerFailLostCard',
  ],
  [
    'card_declined',
    'stolen_card',
    'chargeDeclinedStolenCard visa_chargeDeclinedStolenCard visa_chargeCustomerFailStolenCard',
  ],
  ['expired_card', 'expired_card', 'chargeDeclinedExpiredCard visa_chargeDeclinedExpiredCard'],
  ['incorrect_cvc', 'incorrect_cvc', 'chargeDeclinedIncorrectCvc visa_chargeDeclinedIncorrectCvc'],
  ['incorrect_number', 'incorrect_number', 'chargeDeclinedIncorrectNumber'],
  [
    'processing_error',
    'processing_error',
    'chargeDeclinedProcessingError visa_chargeDeclinedProcessingError',
  ],
  [
    'card_declined',
    'card_velocity_exceeded',
    'chargeDeclinedVelocityLimitExceeded visa_chargeDeclinedVelocityLimitExceeded',
  ],
  [
    'card_declined',
    'fraudulent',
    'chargeDeclinedFraudulent visa_chargeDeclinedFraudulent radarBlock riskLevelHighest',
  ],
];
/** Those that first send the customer to their bank. */
const declinesBehindTheBank: readonly (readonly [name: string, declineCode: string])[] = [
  ['authenticationRequiredChargeDeclinedInsufficientFunds', 'insufficient_funds'],
  ['threeDSecureRequiredChargeDeclined', 'generic_decline'],
];

it('every test id of the simulator that ends in a decline is tried', () => {
  const declining = testCardNames().filter((name) => cardByTestId(`pm_card_${name}`)?.behaviour.decline);
  const tried = [
    ...declines.flatMap(([, , names]) => names.split(' ')),
    ...declinesBehindTheBank.map(([name]) => name),
  ];
  expect(tried.sort()).toEqual([...declining].sort());
});

/** What is answered in full is shown here, however slow the machine is. */
const patience = {
  COUNTERFOIL_INLINE_BUDGET_MS: '15000',
  COUNTERFOIL_EFFECT_GRACE_MS: '15000',
  STRIPE_TIMEOUT_MS: '18000',
};

describe.each([chosenStore])('payments over HTTP, events in %s', (store) => {
  let app: RunningApp;
  beforeAll(async () => {
    app = await startApp(store, patience);
  });
  afterAll(() => app?.stop());

  const pay = (method: string, more: Record<string, unknown> = {}): Promise<Answer> =>
    app.api.post('/v1/payments', {
      amount: 5000,
      currency: 'usd',
      payment_method: method,
      confirm: true,
      ...more,
    });
  const reload = (answer: Answer): Promise<Answer> => app.api.get(`/v1/payments/${answer.body['id']}`);
  const whenStatus = (answer: Answer, status: string): Promise<Answer> =>
    eventually(
      () => reload(answer),
      (now) => now.body['status'] === status,
    );

  it('takes a payment in one call', async () => {
    const paid = await pay('pm_card_visa', { metadata: { cart: '77' }, description: 'Order 1001' });
    expect(paid.status).toBe(201);
    expect(paid.body).toMatchObject({
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
      description: 'Order 1001',
      metadata: { cart: '77' },
      provider: { name: 'stripe', payment_intent: expect.stringMatching(/^pi_/) },
      last_error: null,
      livemode: false,
    });
    expect(paid.headers['etag']).toBe(`"${paid.body['revision']}"`);
    expect((await reload(paid)).body).toEqual(paid.body);
  });

  it('creates first and confirms later', async () => {
    const created = await app.api.post('/v1/payments', { amount: 1200, currency: 'EUR' });
    expect(created.body).toMatchObject({ status: 'requires_payment_method', amount_captured: 0 });
    const confirmed = await app.api.post(`/v1/payments/${created.body['id']}/confirm`, {
      payment_method: 'pm_card_mastercard',
    });
    expect(confirmed.status).toBe(200);
    expect(confirmed.body).toMatchObject({ status: 'succeeded', amount_captured: 1200, currency: 'EUR' });
  });

  it('answers a decline with 402 and takes another card after it', async () => {
    const declined = await pay('pm_card_visa_chargeDeclinedInsufficientFunds');
    expect(declined.status).toBe(402);
    expect(declined.headers['content-type']).toContain('application/problem+json');
    expect(declined.body).toMatchObject({ code: 'card_declined', decline_code: 'insufficient_funds' });
    const id = String(declined.body['id']);
    const now = await app.api.get(`/v1/payments/${id}`);
    expect(now.body).toMatchObject({
      status: 'requires_payment_method',
      last_error: { code: 'card_declined', decline_code: 'insufficient_funds' },
    });
    const second = await app.api.post(`/v1/payments/${id}/confirm`, { payment_method: 'pm_card_visa' });
    expect(second.body).toMatchObject({ status: 'succeeded', last_error: null });
  });

  it.each(declines)(
    'answers 402 %s (%s) for every test id that means it',
    async (code, declineCode, names) => {
      // The least that Stripe takes.
      const tries = names
        .split(' ')
        .map(async (name) => [name, await pay(`pm_card_${name}`, { amount: 50 })] as const);
      for (const [name, { status, body }] of await Promise.all(tries)) {
        expect([name, status, body['code'], body['decline_code']]).toEqual([name, 402, code, declineCode]);
        expect((await app.api.get(`/v1/payments/${body['id']}`)).body).toMatchObject({
          status: 'requires_payment_method',
          amount_captured: 0,
          last_error: { code, decline_code: declineCode, message: expect.any(String) },
        });
      }
    },
  );

  it.each(declinesBehindTheBank)(
    'records the decline of %s behind the bank (%s)',
    async (name, declineCode) => {
      const asked = await pay(`pm_card_${name}`);
      expect(asked.body).toMatchObject({ status: 'requires_action' });
      const intent = field(asked.body, 'provider', 'payment_intent');
      await app.simulator.post(`/sim/payment_intents/${intent}/complete_action`, { outcome: 'succeed' });
      const declined = await whenStatus(asked, 'requires_payment_method');
      expect(declined.body['last_error']).toMatchObject({ code: 'card_declined', decline_code: declineCode });
    },
  );

  it('does not call it a decline when Stripe refused to try', async () => {
    const refused = await pay('pm_nope');
    expect([refused.status, refused.body['code']]).toEqual([422, 'resource_missing']);
    const id = String(refused.body['id']);
    const second = await app.api.post(`/v1/payments/${id}/confirm`, { payment_method: 'pm_card_visa' });
    expect(second.body).toMatchObject({ status: 'succeeded' });
  });

  it('waits for 3-D Secure and hears of its end by webhook', async () => {
    const asked = await pay('pm_card_threeDSecure2Required');
    expect(asked.body).toMatchObject({
      status: 'requires_action',
      client_secret: expect.stringContaining('_secret_'),
    });
    await app.simulator.post(
      `/sim/payment_intents/${field(asked.body, 'provider', 'payment_intent')}/complete_action`,
      {
        outcome: 'succeed',
      },
    );
    const settled = await whenStatus(asked, 'succeeded');
    expect(settled.body['client_secret'] ?? null).toBeNull();
  });

  it('records a failed authentication as a decline', async () => {
    const asked = await pay('pm_card_threeDSecure2Required');
    await app.simulator.post(
      `/sim/payment_intents/${field(asked.body, 'provider', 'payment_intent')}/complete_action`,
      {
        outcome: 'fail',
      },
    );
    const failed = await whenStatus(asked, 'requires_payment_method');
    expect(failed.body['last_error']).toMatchObject({ code: 'payment_intent_authentication_failure' });
  });

  it('authorizes, captures a part and lets the rest go', async () => {
    const held = await pay('pm_card_visa', { capture_method: 'manual' });
    expect(held.body).toMatchObject({ status: 'authorized', amount_authorized: 5000, amount_captured: 0 });
    const part = await app.api.post(`/v1/payments/${held.body['id']}/capture`, { amount: 3000 });
    expect(part.body).toMatchObject({ status: 'succeeded', amount_captured: 3000 });
    const again = await app.api.post(`/v1/payments/${held.body['id']}/capture`, { amount: 1 });
    expect([again.status, again.body['code']]).toEqual([409, 'payment_not_capturable']);
  });

  it('cancels an authorization, and a payment that was never confirmed', async () => {
    const held = await pay('pm_card_visa', { capture_method: 'manual' });
    const canceled = await app.api.post(`/v1/payments/${held.body['id']}/cancel`, {});
    expect(canceled.body).toMatchObject({ status: 'canceled', amount_captured: 0 });
    const capture = await app.api.post(`/v1/payments/${held.body['id']}/capture`, {});
    expect([capture.status, capture.body['code']]).toEqual([409, 'payment_not_capturable']);
    const created = await app.api.post('/v1/payments', { amount: 1200, currency: 'EUR' });
    expect((await app.api.post(`/v1/payments/${created.body['id']}/cancel`, {})).body['status']).toBe(
      'canceled',
    );
  });

  it('refunds in parts, up to what was captured and not a unit more', async () => {
    const paid = await pay('pm_card_visa');
    const refund = (amount: number): Promise<Answer> =>
      app.api.post('/v1/refunds', { payment: paid.body['id'], amount });
    expect((await refund(2000)).body).toMatchObject({ object: 'refund', status: 'succeeded', amount: 2000 });
    expect((await reload(paid)).body).toMatchObject({ status: 'partially_refunded', amount_refunded: 2000 });
    const tooMuch = await refund(3001);
    expect([tooMuch.status, tooMuch.body['code']]).toEqual([422, 'refund_exceeds_captured']);
    const rest = await app.api.post('/v1/refunds', { payment: paid.body['id'] });
    expect(rest.body).toMatchObject({ status: 'succeeded', amount: 3000 });
    expect((await reload(paid)).body).toMatchObject({ status: 'refunded', amount_refunded: 5000 });
    const found = await app.api.get(`/v1/refunds/${rest.body['id']}`);
    expect(found.body).toEqual(rest.body);
    const listed = await eventually(
      () => app.api.get(`/v1/refunds?payment=${paid.body['id']}`),
      (list) => items(list).length === 2,
    );
    expect(items(listed).map((row) => row['amount'])).toEqual([3000, 2000]);
  });

  it('opens the amount again when a refund fails later', async () => {
    const paid = await pay('pm_card_refundFail');
    const refund = await app.api.post('/v1/refunds', { payment: paid.body['id'] });
    expect(refund.status).toBeLessThan(300);
    await app.simulator.post('/sim/clock', { advance_seconds: 10 * 86_400 });
    const reopened = await eventually(
      () => app.api.get(`/v1/refunds/${refund.body['id']}`),
      (now) => now.body['status'] === 'failed',
    );
    expect(reopened.body['failure_reason']).toEqual(expect.any(String));
    expect((await reload(paid)).body).toMatchObject({ status: 'succeeded', amount_refunded: 0 });
    await app.simulator.post('/sim/clock', { advance_seconds: -10 * 86_400 });
  });

  describe('by a program that does not wait for long', () => {
    let patient: RunningApp;
    beforeAll(async () => {
      patient = app;
      app = await startApp(store);
    });
    afterAll(async () => {
      await app.stop();
      app = patient;
    });

    it('answers 202 while the outcome is not known, and finishes without the client', async () => {
      await app.simulator.post('/sim/next', {
        operation: 'payment_intents.create',
        behavior: 'delay_after',
        delay_ms: 4500,
        times: 1,
      });
      const slow = await pay('pm_card_visa');
      expect(slow.status).toBe(202);
      expect(slow.body['status']).toBe('processing');
      expect((await whenStatus(slow, 'succeeded')).body).toMatchObject({ amount_captured: 5000 });
      expect(await app.chargesOf(slow)).toHaveLength(1);
    });

    it('makes one charge when the answer is lost', async () => {
      await app.simulator.post('/sim/next', {
        operation: 'payment_intents.create',
        behavior: 'lose_answer',
        times: 2,
      });
      const lost = await pay('pm_card_visa');
      expect([201, 202]).toContain(lost.status);
      await whenStatus(lost, 'succeeded');
      expect(await app.chargesOf(lost)).toHaveLength(1);
    });
  });

  it('lists newest first, in pages that meet', async () => {
    const made = [];
    for (let n = 0; n < 3; n += 1) made.push(await pay('pm_card_visa', { metadata: { page: String(n) } }));
    const ids = made.map((answer) => answer.body['id']).reverse();
    const first = await eventually(
      () => app.api.get('/v1/payments?limit=2'),
      (list) => items(list)[0]?.['id'] === ids[0],
    );
    expect(first.body).toMatchObject({ object: 'list', has_more: true });
    expect(first.headers['x-projection-lag-ms']).toMatch(/^\d+$/);
    expect(items(first).map((row) => row['id'])).toEqual(ids.slice(0, 2));
    for (const mistyped of [
      '/v1/payments?starting_after=pay_0193f1a0-0000-7000-8000-00000000dead',
      '/v1/inbound_webhooks?ending_before=evt_mistyped',
    ]) {
      const refused = await app.api.get(mistyped);
      const param = mistyped.includes('starting_after') ? 'starting_after' : 'ending_before';
      expect([refused.status, refused.body['param']]).toEqual([400, param]);
    }
    const second = await app.api.get(`/v1/payments?limit=2&starting_after=${ids[1]}`);
    expect(items(second)[0]?.['id']).toBe(ids[2]);
    const back = await app.api.get(`/v1/payments?limit=2&ending_before=${ids[2]}`);
    expect(items(back).map((row) => row['id'])).toEqual(ids.slice(0, 2));
  });

  it('writes only at the revision that the client saw, when it says so', async () => {
    const held = await pay('pm_card_visa', { capture_method: 'manual' });
    const capture = (etag: string): Promise<Answer> =>
      app.api.post(`/v1/payments/${held.body['id']}/capture`, {}, { 'if-match': etag });
    expect((await capture('"0"')).status).toBe(412);
    expect((await capture(String(held.headers['etag']))).status).toBe(200);
  });
});
