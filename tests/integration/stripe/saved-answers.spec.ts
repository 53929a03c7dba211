import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { answered, confirmRequest } from '../../contract/payment-gateway.contract.js';
import { InMemoryEventStore } from '../../support/in-memory-event-store.js';
import { usd } from '../../support/payment-examples.js';
import { createPaymentWorld, webhooksOf } from '../webhooks/payment-world.js';
import type { Stripe } from './simulator-control.js';
import { instantNow, newPaymentId, newRefundId, startStripe } from './simulator-control.js';

let stripe: Stripe;
beforeEach(async () => {
  stripe = await startStripe();
});
afterEach(() => stripe.close());

const customerFails = (intentId: string) =>
  stripe.post(`/sim/payment_intents/${intentId}/complete_action`, { outcome: 'fail' });

describe('an answer that Stripe saved under a key', () => {
  it('does not hide that the customer failed 3-D Secure since: the payment takes another card', async () => {
    const world = createPaymentWorld(stripe, new InMemoryEventStore());
    const id = newPaymentId();
    await world.run(id, world.creation(id, { card: 'pm_card_chargeDeclined' }));
    const secondTry = { type: 'ConfirmPayment', paymentMethod: 'pm_card_authenticationRequired' } as const;
    const { facts, metadata } = await world.record(id, secondTry);
    const [request] = facts;
    if (request === undefined) throw new Error('nothing was requested');
    await stripe.next('lose_answer', 'payment_intents.confirm', { times: 2 });
    expect(await world.effects.perform(id, request, metadata)).toMatchObject({ outcome: 'unknown' });
    const intentId = (await webhooksOf(stripe)).at(-1)?.objectId ?? '';
    await customerFails(intentId);
    for (const webhook of await webhooksOf(stripe)) await world.deliver(webhook);
    expect(await world.stateOf(id)).toMatchObject({ status: 'confirming' });
    expect(await world.effects.perform(id, request, metadata)).toMatchObject({ outcome: 'settled' });
    expect(answered(await stripe.gateway.fetchIntent(intentId)).status).toBe('requires_payment_method');
    expect(await world.stateOf(id)).toMatchObject({ status: 'requires_payment_method' });
  });

  it('does not hide that a declined payment was paid since', async () => {
    const [first, second] = [randomUUID(), randomUUID()];
    const request = confirmRequest({ paymentMethod: 'pm_card_chargeDeclined' });
    const declined = answered(await stripe.gateway.confirm(request, first));
    expect(answered(await stripe.gateway.confirm(request, first))).toEqual(declined);
    const paid = { ...request, intentId: declined.intentId, paymentMethod: 'pm_card_visa' };
    answered(await stripe.gateway.confirm(paid, second));
    expect(answered(await stripe.gateway.confirm(request, first)).status).toBe('succeeded');
  });

  it('does not hide that a refund failed since', async () => {
    const paymentId = newPaymentId();
    const { intentId } = answered(await stripe.gateway.confirm(confirmRequest({ paymentId }), randomUUID()));
    const requestedAt = instantNow();
    const refund = {
      refundId: newRefundId(),
      paymentId,
      intentId,
      amount: usd(1000),
      refundReason: null,
      requestedAt,
    };
    const key = randomUUID();
    const { providerRefundId } = answered(await stripe.gateway.refund(refund, key));
    await stripe.post(`/sim/refunds/${providerRefundId}/fail`);
    expect(answered(await stripe.gateway.refund(refund, key)).status).toBe('failed');
  });

  it('is not believed when the present state cannot be had', async () => {
    const key = randomUUID();
    const request = confirmRequest({ paymentMethod: 'pm_card_authenticationRequired' });
    answered(await stripe.gateway.confirm(request, key));
    await stripe.next('rate_limit', 'payment_intents.retrieve');
    expect(await stripe.gateway.confirm(request, key)).toMatchObject({ outcome: 'unknown' });
  });
});
