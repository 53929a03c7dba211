import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { VerifiedWebhook } from '../../../src/application/ports/inbound-webhooks.js';
import type { PaymentId } from '../../../src/domain/shared/ids.js';
import { answered } from '../../contract/payment-gateway.contract.js';
import { usd } from '../../support/payment-examples.js';
import type { Stripe } from '../stripe/simulator-control.js';
import { instantNow, newPaymentId, newRefundId, startStripe } from '../stripe/simulator-control.js';
import { createMemoryEventStore } from './memory-event-store.js';
import { createPaymentWorld, webhooksOf } from './payment-world.js';

let stripe: Stripe;
beforeEach(async () => {
  stripe = await startStripe();
});
afterEach(() => stripe.close());

async function paidWorld() {
  const world = createPaymentWorld(stripe, createMemoryEventStore());
  const paymentId = newPaymentId();
  await world.run(paymentId, world.creation(paymentId));
  const intentId = await intentOf(world, paymentId);
  world.owners.set(intentId, paymentId);
  return { world, paymentId, intentId };
}

async function intentOf(world: ReturnType<typeof createPaymentWorld>, id: PaymentId): Promise<string> {
  const { state } = await world.load(id);
  return state.status === 'absent' ? '' : (state.attempts.intentId ?? '');
}

const disputesOf = async (): Promise<readonly VerifiedWebhook[]> =>
  (await webhooksOf(stripe)).filter(({ type }) => type.startsWith('charge.dispute.'));

/** An inquiry that becomes a dispute, is answered and won. */
async function wonDispute(intentId: string): Promise<string> {
  const { id } = await stripe.post(`/sim/payment_intents/${intentId}/dispute`, {
    ...{ inquiry: true, reason: 'product_not_received' },
  });
  for (const action of ['escalate', 'answer', 'win']) await stripe.post(`/sim/disputes/${id}/${action}`);
  return String(id);
}

describe('webhooks of disputes', () => {
  it('become facts of the payment, with what left the balance and came back', async () => {
    const { world, paymentId, intentId } = await paidWorld();
    const { id } = await stripe.post(`/sim/payment_intents/${intentId}/dispute`, { amount: 1_200 });
    const [first, ...others] = await disputesOf();
    if (first === undefined) throw new Error('the simulator told nothing of the dispute');
    expect(await world.deliver(first)).toMatchObject({ status: 'processed' });
    expect((await world.factsOf(paymentId)).slice(-2)).toEqual(['DisputeOpened', 'DisputeFundsWithdrawn']);
    const { count } = world.fetches;
    for (const webhook of [first, ...others]) {
      expect(await world.deliver(webhook)).toMatchObject({ status: 'processed' });
    }
    expect(world.fetches.count).toBe(count);
    await stripe.post(`/sim/disputes/${id}/lose`);
    for (const webhook of await disputesOf()) await world.deliver(webhook);
    expect(await world.stateOf(paymentId)).toMatchObject({
      disputes: [
        {
          ...{ providerDisputeId: id, status: 'lost', disputeReason: 'fraudulent' },
          movements: [{ taken: { minor: '1200', currency: 'USD' } }],
        },
      ],
    });
  });

  it('lead to the same end in whatever order they come, and however often', async () => {
    const { paymentId, intentId } = await paidWorld();
    await wonDispute(intentId);
    const all = await webhooksOf(stripe);
    const ends: unknown[] = [];
    for (const webhooks of [all, all.toReversed(), [...all.slice(3), ...all, ...all.slice(0, 3)]]) {
      const world = createPaymentWorld(stripe, createMemoryEventStore());
      world.owners.set(intentId, paymentId);
      await world.record(paymentId, world.creation(paymentId));
      for (const webhook of webhooks) expect((await world.deliver(webhook)).status).toBe('processed');
      ends.push(await world.stateOf(paymentId));
    }
    expect(ends[0]).toMatchObject({ status: 'captured', disputes: [{ status: 'won' }] });
    for (const end of ends) expect(end).toEqual(ends[0]);
  });

  it('wait while nobody knows whose the dispute is, and are ignored where it is nobody’s of ours', async () => {
    const { world, intentId } = await paidWorld();
    await wonDispute(intentId);
    world.owners.clear();
    const [webhook] = await disputesOf();
    if (webhook === undefined) throw new Error('the simulator told nothing of the dispute');
    expect(await world.deliver(webhook)).toMatchObject({ status: 'failed' });
    expect(await world.deliver(webhook, 100)).toMatchObject({ status: 'ignored' });
  });

  it('of an appeal are for a person', async () => {
    const { world, intentId } = await paidWorld();
    await wonDispute(intentId);
    const [webhook] = await disputesOf();
    const appealed = webhook?.payload.replaceAll('warning_needs_response', 'appeal_needs_response') ?? '';
    expect(await world.deliver({ ...(webhook as VerifiedWebhook), payload: appealed })).toMatchObject({
      status: 'parked',
      error: expect.stringContaining('appeal_needs_response'),
    });
  });
});

describe('the gateway', () => {
  it('answers a dispute as it is now, and is refused a refund of a charge that was taken back', async () => {
    const { paymentId, intentId } = await paidWorld();
    const { id } = await stripe.post(`/sim/payment_intents/${intentId}/dispute`);
    const dispute = answered(await stripe.gateway.fetchDispute(String(id)));
    expect(dispute).toMatchObject({ intentId, status: 'needs_response', amount: usd(5000) });
    expect(dispute.movements.map(({ gross, fee }) => [gross, fee])).toEqual([[usd(-5000), usd(1500)]]);
    expect(dispute.evidenceDueBy).toEqual(expect.any(String));
    const refund = {
      ...{ refundId: newRefundId(), paymentId, intentId, amount: usd(1), refundReason: null },
      requestedAt: instantNow(),
    };
    expect(await stripe.gateway.refund(refund, 'key-1')).toMatchObject({
      outcome: 'refused',
      refusal: { code: 'charge_disputed' },
    });
    expect(await stripe.gateway.fetchDispute('dp_nowhere')).toMatchObject({ outcome: 'refused' });
  });

  it('finds the balance as the simulator has it, dispute by dispute', async () => {
    const { intentId } = await paidWorld();
    await wonDispute(intentId);
    const { currencies } = await stripe.get<{ currencies: Record<string, Record<string, string>> }>(
      '/sim/balance',
    );
    expect(currencies['usd']).toMatchObject({ gross: '5000', captured: '5000', disputed: '0', fees: '1675' });
  });
});
