import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Instant } from '../../../src/domain/shared/instant.js';
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

const longAgo = new Date(Date.now() - 25 * 3_600_000).toISOString() as Instant;

/** A refund that is on its way, as the provider names it. */
async function pendingRefund(): Promise<string> {
  const paymentId = newPaymentId();
  const request = confirmRequest({ paymentId, paymentMethod: 'pm_card_pendingRefund' });
  const { intentId } = answered(await stripe.gateway.confirm(request, randomUUID()));
  const part = { refundId: newRefundId(), paymentId, intentId, amount: usd(1000), refundReason: null };
  const refund = { ...part, requestedAt: instantNow() };
  return answered(await stripe.gateway.refund(refund, randomUUID())).providerRefundId;
}

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

  it('does not hide what became of a refund that was to be canceled', async () => {
    const refund = await pendingRefund();
    const request = { providerRefundId: refund, requestedAt: instantNow() };
    const [first, second, third] = [randomUUID(), randomUUID(), randomUUID()];
    // Stripe stops only a refund that waits for the customer.
    expect(await stripe.gateway.cancelRefund(request, first)).toMatchObject({ outcome: 'refused' });
    await stripe.post(`/sim/refunds/${refund}/require_action`);
    await stripe.next('lose_answer', 'refunds.cancel', { times: 2 });
    expect(await stripe.gateway.cancelRefund(request, second)).toMatchObject({ outcome: 'unknown' });
    expect(answered(await stripe.gateway.cancelRefund(request, second)).status).toBe('canceled');
    // It was over before the next request, and before the replay of the one that was refused.
    expect(answered(await stripe.gateway.cancelRefund(request, third)).status).toBe('canceled');
    expect(answered(await stripe.gateway.cancelRefund(request, first)).status).toBe('canceled');
    const canceled = (await stripe.journal()).filter(({ kind }) => kind === 'refund_canceled');
    expect(canceled).toHaveLength(1);
    const late = { providerRefundId: await pendingRefund(), requestedAt: longAgo };
    await stripe.post(`/sim/refunds/${late.providerRefundId}/require_action`);
    expect(await stripe.gateway.cancelRefund(late, randomUUID())).toMatchObject({
      outcome: 'refused',
      refusal: { code: 'request_expired' },
    });
  });

  it('is not believed when the present state cannot be had', async () => {
    const key = randomUUID();
    const request = confirmRequest({ paymentMethod: 'pm_card_authenticationRequired' });
    answered(await stripe.gateway.confirm(request, key));
    await stripe.next('rate_limit', 'payment_intents.retrieve');
    expect(await stripe.gateway.confirm(request, key)).toMatchObject({ outcome: 'unknown' });
  });
});
