import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import type {
  ConfirmRequest,
  PaymentGateway,
  ProviderAnswer,
} from '../../src/application/ports/payment-gateway.js';
import { instantNow, newPaymentId, newRefundId } from '../integration/stripe/simulator-control.js';
import { usd } from '../support/payment-examples.js';

/** The value of an answer, or a failure that shows what came instead. */
export function answered<T>(answer: ProviderAnswer<T>): T {
  if (answer.outcome !== 'answered') throw new Error(`expected an answer, got ${JSON.stringify(answer)}`);
  return answer.value;
}

export function confirmRequest(changes: Partial<ConfirmRequest> = {}): ConfirmRequest {
  return {
    paymentId: newPaymentId(),
    amount: usd(5000),
    captureMethod: 'automatic',
    customerId: null,
    orderId: null,
    description: 'a test order',
    paymentMethod: 'pm_card_visa',
    payer: null,
    intentId: null,
    requestedAt: instantNow(),
    ...changes,
  };
}

/** What a customer has saved at the provider: a method that is charged without more, and one whose bank always asks. */
export type SavedMethods = {
  readonly saved: { readonly providerCustomerId: string; readonly paymentMethodId: string };
  readonly guarded: string;
};

/** What every payment gateway promises, whichever provider stands behind it. */
export function paymentGatewayContract(
  gatewayOf: () => PaymentGateway,
  savedMethods: () => Promise<SavedMethods>,
): void {
  const confirm = (changes: Partial<ConfirmRequest> = {}, key: string = randomUUID()) =>
    gatewayOf().confirm(confirmRequest(changes), key);
  const authorize = async () => answered(await confirm({ captureMethod: 'manual' }));
  const now = () => ({ requestedAt: instantNow() });

  it('takes a payment at once, with its fee', async () => {
    const intent = answered(await confirm());
    expect(intent).toMatchObject({
      status: 'succeeded',
      amount: usd(5000),
      received: usd(5000),
      decline: null,
    });
    expect(intent.chargeId).toEqual(expect.any(String));
    expect(intent.balance?.gross).toEqual(usd(5000));
    expect(intent.balance?.fee.minor).toBeGreaterThan(0n);
  });

  it('answers the same request under the same key with the same intent', async () => {
    const request = confirmRequest();
    const key = randomUUID();
    const first = answered(await gatewayOf().confirm(request, key));
    expect(answered(await gatewayOf().confirm(request, key))).toEqual(first);
  });

  it('holds an authorization, takes a part of it and lets the rest go', async () => {
    const held = await authorize();
    expect(held).toMatchObject({ status: 'requires_capture', received: usd(0), balance: null });
    const capture = { intentId: held.intentId, amount: usd(3200), ...now() };
    const taken = answered(await gatewayOf().capture(capture, randomUUID()));
    expect(taken).toMatchObject({ status: 'succeeded', amount: usd(5000), received: usd(3200) });
    expect(taken.balance?.gross).toEqual(usd(3200));
  });

  it('answers a capture of what is captured already, and a cancellation of it, with the intent as it is', async () => {
    const held = await authorize();
    const capture = { intentId: held.intentId, amount: usd(5000), ...now() };
    const first = answered(await gatewayOf().capture(capture, randomUUID()));
    expect(answered(await gatewayOf().capture(capture, randomUUID()))).toEqual(first);
    const canceled = answered(await gatewayOf().cancel({ intentId: held.intentId, ...now() }, randomUUID()));
    expect(canceled.status).toBe('succeeded');
  });

  it('cancels, and answers a second cancellation with the canceled intent', async () => {
    const held = await authorize();
    const cancel = { intentId: held.intentId, ...now() };
    expect(answered(await gatewayOf().cancel(cancel, randomUUID())).status).toBe('canceled');
    expect(answered(await gatewayOf().cancel(cancel, randomUUID())).status).toBe('canceled');
  });

  it('refuses to capture more than is held, and an intent that does not exist', async () => {
    const held = await authorize();
    const more = { intentId: held.intentId, amount: usd(5001), ...now() };
    expect(await gatewayOf().capture(more, randomUUID())).toMatchObject({
      outcome: 'refused',
      refusal: { code: 'amount_too_large' },
    });
    const nowhere = { intentId: 'pi_nowhere', amount: usd(1), ...now() };
    expect(await gatewayOf().capture(nowhere, randomUUID())).toMatchObject({
      outcome: 'refused',
      refusal: { code: 'resource_missing' },
    });
  });

  it('refunds in parts, names our refund in each, and refuses what passes the payment', async () => {
    const paymentId = newPaymentId();
    const { intentId } = answered(await confirm({ paymentId }));
    const part = (amount: bigint, refundId = newRefundId()) =>
      gatewayOf().refund(
        {
          refundId,
          paymentId,
          intentId,
          amount: usd(amount),
          refundReason: 'requested_by_customer',
          ...now(),
        },
        randomUUID(),
      );
    const refundId = newRefundId();
    const first = answered(await part(2000n, refundId));
    expect(first).toMatchObject({ refundId, intentId, amount: usd(2000), status: 'succeeded' });
    expect(answered(await gatewayOf().fetchRefund(first.providerRefundId))).toEqual(first);
    expect(await part(3001n)).toMatchObject({ outcome: 'refused' });
    answered(await part(3000n));
    expect(await part(1n)).toMatchObject({
      outcome: 'refused',
      refusal: { code: 'charge_already_refunded' },
    });
  });

  it('charges a saved method while the customer is away, and takes the bank’s wish to authenticate for a decline', async () => {
    const { saved, guarded } = await savedMethods();
    const away = { providerCustomerId: saved.providerCustomerId, offSession: true };
    const paid = answered(await confirm({ paymentMethod: saved.paymentMethodId, payer: away }));
    expect(paid.status).toBe('succeeded');
    const request = confirmRequest({ paymentMethod: guarded, payer: away });
    const declined = answered(await gatewayOf().confirm(request, randomUUID()));
    expect(declined).toMatchObject({
      status: 'requires_payment_method',
      received: usd(0),
      decline: { code: 'authentication_required', declineCode: 'authentication_required' },
    });
    const here = { ...away, offSession: false };
    const back = { ...request, intentId: declined.intentId, payer: here };
    const asked = answered(await gatewayOf().confirm(back, randomUUID()));
    expect(asked).toMatchObject({ intentId: declined.intentId, status: 'requires_action' });
  });

  it('refuses the saved method of one customer for another', async () => {
    const [one, two] = [await savedMethods(), await savedMethods()];
    const payer = { providerCustomerId: two.saved.providerCustomerId, offSession: false };
    expect(await confirm({ paymentMethod: one.saved.paymentMethodId, payer })).toMatchObject({
      outcome: 'refused',
    });
  });

  it('asks the customer to act where the bank wants 3-D Secure', async () => {
    const intent = answered(await confirm({ paymentMethod: 'pm_card_authenticationRequired' }));
    expect(intent.status).toBe('requires_action');
    const action = await gatewayOf().fetchAction(intent.intentId, 1n);
    expect(action?.clientSecret).toMatch(/^pi_.+_secret_.+/);
    const paid = answered(await confirm());
    expect(await gatewayOf().fetchAction(paid.intentId, 1n)).toBeNull();
  });

  it('takes another card for an intent whose first was declined', async () => {
    const request = confirmRequest({ paymentMethod: 'pm_card_chargeDeclined' });
    const declined = answered(await gatewayOf().confirm(request, randomUUID()));
    expect(declined.status).toBe('requires_payment_method');
    const again = { ...request, intentId: declined.intentId, paymentMethod: 'pm_card_visa' };
    const paid = answered(await gatewayOf().confirm(again, randomUUID()));
    expect(paid).toMatchObject({ intentId: declined.intentId, status: 'succeeded', decline: null });
  });

  it('refuses an unknown payment method, which another could replace', async () => {
    expect(await confirm({ paymentMethod: 'pm_card_nobodyHasThis' })).toMatchObject({
      outcome: 'refused',
      refusal: { code: 'resource_missing' },
      final: false,
    });
  });

  it('refuses amounts beyond its limits for good, before any call and in every call', async () => {
    for (const amount of [usd(49), usd(100_000_000)]) {
      const refusal = gatewayOf().refuseAmount(amount, 'charge');
      expect(refusal?.code).toMatch(/^amount_too_(small|large)$/);
      expect(await confirm({ amount })).toMatchObject({ outcome: 'refused', refusal, final: true });
    }
    expect(gatewayOf().refuseAmount(usd(50), 'charge')).toBeNull();
  });

  it.each([
    ['pm_card_chargeDeclined', 'card_declined', 'generic_decline'],
    ['pm_card_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
    ['pm_card_chargeDeclinedLostCard', 'card_declined', 'lost_card'],
    ['pm_card_chargeDeclinedStolenCard', 'card_declined', 'stolen_card'],
    ['pm_card_chargeDeclinedExpiredCard', 'expired_card', 'expired_card'],
    ['pm_card_chargeDeclinedIncorrectCvc', 'incorrect_cvc', 'incorrect_cvc'],
    ['pm_card_chargeDeclinedProcessingError', 'processing_error', 'processing_error'],
    ['pm_card_visa_chargeDeclinedVelocityLimitExceeded', 'card_declined', 'card_velocity_exceeded'],
    ['pm_card_chargeDeclinedFraudulent', 'card_declined', 'fraudulent'],
    ['pm_card_chargeCustomerFail', 'card_declined', 'generic_decline'],
    ['pm_card_radarBlock', 'card_declined', 'fraudulent'],
  ])('answers the decline of %s with its reason', async (paymentMethod, code, declineCode) => {
    const intent = answered(await confirm({ paymentMethod }));
    expect(intent).toMatchObject({
      status: 'requires_payment_method',
      received: usd(0),
      decline: { code, declineCode, message: expect.any(String) },
    });
  });
}
