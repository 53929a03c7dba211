import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { IntentSnapshot } from '../../../src/domain/payment/intent.js';
import type { Instant } from '../../../src/domain/shared/instant.js';
import type { StripeGatewayOptions } from '../../../src/infrastructure/stripe/stripe-payment-gateway.js';
import { StripePaymentGateway } from '../../../src/infrastructure/stripe/stripe-payment-gateway.js';
import { answered, confirmRequest } from '../../contract/payment-gateway.contract.js';
import { eventually } from '../../support/eventually.js';
import { usd } from '../../support/payment-examples.js';
import type { Stripe } from './simulator-control.js';
import { instantNow, newPaymentId, newRefundId, startStripe } from './simulator-control.js';

let stripe: Stripe;
beforeEach(async () => {
  stripe = await startStripe();
});
afterEach(() => stripe.close());

const unknown = (reason: string) => ({ outcome: 'unknown', reason });
const charges = async () => (await stripe.journal()).filter(({ kind }) => kind === 'charge_captured').length;
const anHourAgo = (hours: number): Instant =>
  new Date(Date.now() - hours * 3_600_000).toISOString() as Instant;

describe('a create-and-confirm whose answer does not come', () => {
  const request = confirmRequest();
  const confirm = (key: string) => stripe.gateway.confirm(request, key);

  it('is sent again by the SDK on a lost answer, under the same key, and charges once', async () => {
    await stripe.next('lose_answer', 'payment_intents.create');
    expect(answered(await confirm(randomUUID())).status).toBe('succeeded');
    expect((await stripe.counts())['charge']).toBe(1);
  });

  it('is unknown when both answers are lost; the same key later brings the one charge', async () => {
    const key = randomUUID();
    await stripe.next('lose_answer', 'payment_intents.create', { times: 2 });
    expect(await confirm(key)).toMatchObject(unknown('connection'));
    expect(answered(await confirm(key)).status).toBe('succeeded');
    expect((await stripe.counts())['charge']).toBe(1);
  });

  it('is sent again once on a reset before anything was done', async () => {
    await stripe.next('reset_before', 'payment_intents.create');
    expect(answered(await confirm(randomUUID())).status).toBe('succeeded');
    expect((await stripe.counts())['charge']).toBe(1);
  });

  it('is unknown after the deadline, never a failure, while the charge may still come', async () => {
    const key = randomUUID();
    await stripe.next('delay_after', 'payment_intents.create', { delay_ms: 3_000 });
    const hasty = gatewayWith({ timeoutMs: 1_000 });
    expect(await hasty.confirm(request, key)).toMatchObject(unknown('timeout'));
    hasty.close();
    expect(await confirm(key)).toMatchObject(unknown('in_flight'));
    const settled = await eventually(
      () => confirm(key),
      ({ outcome }) => outcome === 'answered',
    );
    expect(answered(settled).status).toBe('succeeded');
    expect((await stripe.counts())['charge']).toBe(1);
  });

  it('ends within its deadline when Stripe hangs', async () => {
    await stripe.next('hang', 'payment_intents.create', { times: 2 });
    const hasty = gatewayWith({ timeoutMs: 1_000 });
    expect(await hasty.confirm(request, randomUUID())).toMatchObject(unknown('timeout'));
    hasty.close();
  });

  it('is unknown while the first request under its key still runs', async () => {
    const key = randomUUID();
    await stripe.next('delay', 'payment_intents.create', { delay_ms: 1_500 });
    const slow = confirm(key);
    await eventually(
      () => stripe.get<{ queued_behaviors: number }>('/sim/state'),
      ({ queued_behaviors: queued }) => queued === 0,
    );
    expect(await confirm(key)).toMatchObject(unknown('in_flight'));
    expect(answered(await slow).status).toBe('succeeded');
    expect((await stripe.counts())['charge']).toBe(1);
  });

  it.each(['rate_limit', 'lock_timeout'])(
    'is unknown on a %s, and the same key works afterwards',
    async (kind) => {
      const key = randomUUID();
      await stripe.next(kind, 'payment_intents.create');
      expect(await confirm(key)).toMatchObject(unknown('rate_limited'));
      expect(answered(await confirm(key)).status).toBe('succeeded');
    },
  );

  it('is unknown on a wrong secret key, which is our own fault, and says so loudly', async () => {
    const wrong = await startStripe();
    try {
      const gateway = new StripePaymentGateway({
        secretKey: 'not_a_key',
        apiBase: wrong.simulator.url,
        logger: wrong.logger,
      });
      expect(await gateway.confirm(request, randomUUID())).toMatchObject(unknown('not_authorized'));
      expect(wrong.logger.lines.map(({ level }) => level)).toContain('error');
      gateway.close();
    } finally {
      await wrong.close();
    }
  });
});

describe('every request that moves money', () => {
  it('carries the key it was given, so that its repeat has no second effect', async () => {
    const paymentId = newPaymentId();
    const requestedAt = instantNow();
    const keys = Array.from({ length: 5 }, () => randomUUID()) as [string, string, string, string, string];
    const request = confirmRequest({
      paymentId,
      captureMethod: 'manual',
      paymentMethod: 'pm_card_chargeDeclined',
    });
    const declined = answered(await stripe.gateway.confirm(request, keys[0]));
    const again = { ...request, intentId: declined.intentId, paymentMethod: 'pm_card_visa' };
    const { intentId } = answered(await stripe.gateway.confirm(again, keys[1]));
    const capture = { intentId, amount: usd(5000), requestedAt };
    answered(await stripe.gateway.capture(capture, keys[2]));
    const refund = {
      refundId: newRefundId(),
      paymentId,
      intentId,
      amount: usd(1000),
      refundReason: null,
      requestedAt,
    };
    const first = answered(await stripe.gateway.refund(refund, keys[3]));
    expect(answered(await stripe.gateway.refund(refund, keys[3]))).toEqual(first);
    const held = answered(
      await stripe.gateway.confirm(confirmRequest({ captureMethod: 'manual' }), randomUUID()),
    );
    answered(await stripe.gateway.cancel({ intentId: held.intentId, requestedAt }, keys[4]));
    expect((await stripe.counts())['refund']).toBe(1);
    const seen = (await stripe.events()).map(
      ({ request: cause }) => (cause as { idempotency_key: string }).idempotency_key,
    );
    expect(seen).toEqual(expect.arrayContaining(keys));
    expect(seen).not.toContainEqual(expect.stringMatching(/^stripe-node-retry/));
  });
});

describe('F03c: a saved 500', () => {
  it('is looked up, and answered when the request had its effect all the same', async () => {
    const key = randomUUID();
    await stripe.next('error_500_after', 'payment_intents.create');
    expect(answered(await stripe.gateway.confirm(confirmRequest(), key)).status).toBe('succeeded');
    expect((await stripe.counts())['charge']).toBe(1);
  });

  it('without an effect is unknown at first, and refused once its replay shows that the request has ended', async () => {
    const key = randomUUID();
    const request = confirmRequest();
    await stripe.next('error_500_without_effect_saved', 'payment_intents.create');
    expect(await stripe.gateway.confirm(request, key)).toMatchObject(unknown('server_error'));
    expect(await stripe.gateway.confirm(request, key)).toMatchObject({
      outcome: 'refused',
      refusal: { code: 'provider_error' },
      final: false,
    });
    expect((await stripe.counts())['charge']).toBe(0);
    expect(answered(await stripe.gateway.confirm(request, randomUUID())).status).toBe('succeeded');
  });

  it('before execution is unknown, and the same key works afterwards', async () => {
    const key = randomUUID();
    const request = confirmRequest();
    await stripe.next('error_500_before', 'payment_intents.create');
    expect(await stripe.gateway.confirm(request, key)).toMatchObject(unknown('server_error'));
    expect(answered(await stripe.gateway.confirm(request, key)).status).toBe('succeeded');
  });

  it('to a capture, a cancellation or a refund is looked up as well', async () => {
    const paymentId = newPaymentId();
    const hold = () =>
      stripe.gateway
        .confirm(confirmRequest({ paymentId, captureMethod: 'manual' }), randomUUID())
        .then(answered);
    const [first, second]: IntentSnapshot[] = [await hold(), await hold()];
    const requestedAt = instantNow();
    const captured = { intentId: first?.intentId ?? '', amount: usd(5000), requestedAt };
    await stripe.next('error_500_after', 'payment_intents.capture');
    expect(answered(await stripe.gateway.capture(captured, randomUUID())).status).toBe('succeeded');
    await stripe.next('error_500_after', 'payment_intents.cancel');
    const canceled = { intentId: second?.intentId ?? '', requestedAt };
    expect(answered(await stripe.gateway.cancel(canceled, randomUUID())).status).toBe('canceled');
    const refund = { refundId: newRefundId(), paymentId, ...captured, amount: usd(1000), refundReason: null };
    await stripe.next('error_500_after', 'refunds.create');
    expect(answered(await stripe.gateway.refund(refund, randomUUID())).refundId).toBe(refund.refundId);
    expect((await stripe.counts())['refund']).toBe(1);
  });
});

describe('a key that was used for other parameters', () => {
  it('is never taken for a refusal: what ran under the key is looked up', async () => {
    const key = randomUUID();
    const request = confirmRequest();
    const first = answered(await stripe.gateway.confirm(request, key));
    const changed = { ...request, amount: usd(6000) };
    expect(answered(await stripe.gateway.confirm(changed, key))).toMatchObject({
      intentId: first.intentId,
      amount: usd(5000),
    });
    expect(stripe.logger.lines.filter(({ level }) => level === 'error')).not.toHaveLength(0);
    expect(await charges()).toBeLessThanOrEqual(1);
  });

  it('stays unknown where nothing of it is found', async () => {
    const key = randomUUID();
    await stripe.gateway.confirm(confirmRequest({ paymentMethod: 'pm_card_chargeDeclined' }), randomUUID());
    const held = answered(await stripe.gateway.confirm(confirmRequest({ captureMethod: 'manual' }), key));
    const capture = { intentId: held.intentId, amount: usd(5000), requestedAt: instantNow() };
    expect(await stripe.gateway.capture(capture, key)).toMatchObject(unknown('idempotency_mismatch'));
  });
});

describe('F03b: a request older than its idempotency key', () => {
  it('is looked up and not sent: what it did is answered', async () => {
    const key = randomUUID();
    const request = confirmRequest();
    const first = answered(await stripe.gateway.confirm(request, key));
    await stripe.post('/sim/clock', { advance_seconds: 25 * 3_600 });
    const later = gatewayWith({ clock: hoursLater(25) });
    expect(answered(await later.confirm(request, key)).intentId).toBe(first.intentId);
    later.close();
    expect((await stripe.counts())['charge']).toBe(1);
  });

  it('is refused when it left no trace, and nothing is charged', async () => {
    const old = { requestedAt: anHourAgo(30) };
    const refused = { outcome: 'refused', refusal: { code: 'request_expired' }, final: false };
    expect(await stripe.gateway.confirm(confirmRequest(old), randomUUID())).toMatchObject(refused);
    const held = answered(
      await stripe.gateway.confirm(confirmRequest({ captureMethod: 'manual' }), randomUUID()),
    );
    const capture = { intentId: held.intentId, amount: usd(5000), ...old };
    expect(await stripe.gateway.capture(capture, randomUUID())).toMatchObject(refused);
    expect(await stripe.gateway.cancel(capture, randomUUID())).toMatchObject(refused);
    const refund = { ...capture, refundId: newRefundId(), paymentId: newPaymentId(), refundReason: null };
    expect(await stripe.gateway.refund(refund, randomUUID())).toMatchObject(refused);
    expect(await charges()).toBe(0);
    expect((await stripe.counts())['refund']).toBe(0);
  });

  it('never makes a second partial refund under a forgotten key', async () => {
    const paymentId = newPaymentId();
    const { intentId } = answered(await stripe.gateway.confirm(confirmRequest({ paymentId }), randomUUID()));
    const key = randomUUID();
    const requestedAt = instantNow();
    const refund = {
      refundId: newRefundId(),
      paymentId,
      intentId,
      amount: usd(1000),
      refundReason: null,
      requestedAt,
    };
    const first = answered(await stripe.gateway.refund(refund, key));
    await stripe.post('/sim/clock', { advance_seconds: 25 * 3_600 });
    const later = gatewayWith({ clock: hoursLater(25) });
    expect(answered(await later.refund(refund, key)).providerRefundId).toBe(first.providerRefundId);
    later.close();
    expect((await stripe.counts())['refund']).toBe(1);
  });
});

/** Another gateway to the same simulator. */
const gatewayWith = (more: Pick<StripeGatewayOptions, 'timeoutMs' | 'clock'>) =>
  new StripePaymentGateway({
    secretKey: 'sk_test_contract',
    apiBase: stripe.simulator.url,
    logger: stripe.logger,
    ...more,
  });

/** The clock of a process that has moved on. */
const hoursLater = (hours: number) => () => Date.now() + hours * 3_600_000;
