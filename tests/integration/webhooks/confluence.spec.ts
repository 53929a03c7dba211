import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { VerifiedWebhook } from '../../../src/application/ports/inbound-webhooks.js';
import { noFindings } from '../../../src/application/webhook/handle-webhook.js';
import { answered } from '../../contract/payment-gateway.contract.js';
import { usd } from '../../support/payment-examples.js';
import type { Stripe } from '../stripe/simulator-control.js';
import { newPaymentId, newRefundId, startStripe } from '../stripe/simulator-control.js';
import { createMemoryEventStore } from './memory-event-store.js';
import { createPaymentWorld, webhooksOf } from './payment-world.js';

let stripe: Stripe;
beforeEach(async () => {
  stripe = await startStripe();
});
afterEach(() => stripe.close());

describe('a webhook', () => {
  const paid = async () => {
    const world = createPaymentWorld(stripe, createMemoryEventStore());
    const paymentId = newPaymentId();
    await world.run(paymentId, world.creation(paymentId));
    return { world, paymentId, webhooks: await webhooksOf(stripe) };
  };

  it('that tells nothing new asks Stripe nothing', async () => {
    const { world, webhooks } = await paid();
    for (const webhook of webhooks) {
      expect(await world.deliver(webhook)).toMatchObject({ status: 'processed' });
    }
    expect(world.fetches.count).toBe(0);
  });

  it('of many that had come in before is handled with one look at Stripe', async () => {
    const { paymentId, webhooks } = await paid();
    const store = createMemoryEventStore();
    const world = createPaymentWorld(stripe, store);
    await world.record(paymentId, world.creation(paymentId));
    expect(webhooks.length).toBeGreaterThan(2);
    const findings = noFindings();
    for (const webhook of webhooks) {
      expect(await world.deliver(webhook, 1, findings)).toMatchObject({ status: 'processed' });
    }
    expect(world.fetches.count).toBe(1);
    expect(await world.stateOf(paymentId)).toMatchObject({ status: 'captured' });
  });

  it('that Stripe does not answer for is not asked for again by those behind it', async () => {
    const { paymentId, webhooks } = await paid();
    const world = createPaymentWorld(stripe, createMemoryEventStore());
    await world.record(paymentId, world.creation(paymentId));
    await stripe.next('error_500_before', 'payment_intents.retrieve', { times: 100 });
    const findings = noFindings();
    const outcomes = [];
    for (const webhook of webhooks) outcomes.push(await world.deliver(webhook, 1, findings));
    expect(outcomes.filter(({ status }) => status === 'failed').length).toBeGreaterThan(1);
    expect(world.fetches.count).toBe(1);
  });

  it('is decided on what another process has recorded meanwhile', async () => {
    const { paymentId, webhooks } = await paid();
    const store = createMemoryEventStore();
    const [world, other] = [createPaymentWorld(stripe, store), createPaymentWorld(stripe, store)];
    await world.record(paymentId, world.creation(paymentId, { captureMethod: 'automatic' }));
    const findings = noFindings();
    findings.payments.set(paymentId, await world.load(paymentId));
    for (const webhook of [...webhooks].reverse()) await other.deliver(webhook);
    for (const webhook of webhooks) {
      expect(await world.deliver(webhook, 1, findings)).toMatchObject({ status: 'processed' });
    }
    const facts = await world.factsOf(paymentId);
    expect(new Set(facts).size).toBe(facts.length);
  });

  it('has one effect in 1,000 deliveries', async () => {
    const { paymentId, webhooks } = await paid();
    const world = createPaymentWorld(stripe, createMemoryEventStore());
    await world.record(paymentId, world.creation(paymentId));
    const succeeded = webhooks.find(({ type }) => type === 'payment_intent.succeeded') as VerifiedWebhook;
    for (let round = 0; round < 50; round += 1) {
      await Promise.all(Array.from({ length: 20 }, () => world.deliver(succeeded)));
    }
    expect(await world.factsOf(paymentId)).toEqual([
      'PaymentCreated',
      'PaymentConfirmRequested',
      'PaymentAuthorized',
      'PaymentCaptured',
      'PaymentFeeRecorded',
    ]);
  });

  it('that comes before our own append waits for it', async () => {
    const { paymentId, webhooks } = await paid();
    const world = createPaymentWorld(stripe, createMemoryEventStore());
    const webhook = webhooks.find(({ type }) => type === 'payment_intent.succeeded') as VerifiedWebhook;
    const early = await world.deliver(webhook);
    expect(early.status).toBe('failed');
    expect(await world.deliver(webhook, 12)).toMatchObject({ status: 'parked' });
    await world.record(paymentId, world.creation(paymentId));
    expect(await world.deliver(webhook, 2)).toMatchObject({ status: 'processed' });
    expect(await world.stateOf(paymentId)).toMatchObject({ status: 'captured' });
  });

  it('of somebody else is ignored, and of no type that matters too', async () => {
    const { world } = await paid();
    const [mine] = (await webhooksOf(stripe)) as [VerifiedWebhook];
    const foreign = {
      ...mine,
      payload: mine.payload.replaceAll(/"counterfoil_payment":"[^"]+",?/g, '').replaceAll('pi_', 'pi_x'),
    };
    expect(await world.deliver(foreign)).toMatchObject({ status: 'ignored' });
    expect(await world.deliver({ ...mine, type: 'customer.created' })).toMatchObject({ status: 'ignored' });
  });

  it('that cannot both be true with the history is parked', async () => {
    const { paymentId, webhooks } = await paid();
    const world = createPaymentWorld(stripe, createMemoryEventStore());
    await world.record(paymentId, world.creation(paymentId, { amount: usd(4000) }));
    const outcome = await world.deliver(webhooks.at(-1) as VerifiedWebhook);
    expect(outcome).toMatchObject({
      status: 'parked',
      error: expect.stringContaining('provider_contradicts_history'),
    });
  });

  it('waits for a retry when Stripe does not answer', async () => {
    const { paymentId, webhooks } = await paid();
    const world = createPaymentWorld(stripe, createMemoryEventStore());
    await world.record(paymentId, world.creation(paymentId));
    await stripe.next('rate_limit', 'payment_intents.retrieve');
    expect(await world.deliver(webhooks.at(-1) as VerifiedWebhook)).toMatchObject({
      status: 'failed',
      error: 'provider: rate_limited',
    });
  });

  it('never records what was fetched over newer history: it reads and fetches again', async () => {
    const paymentId = newPaymentId();
    const elsewhere = createPaymentWorld(stripe, createMemoryEventStore());
    const creation = elsewhere.creation(paymentId, { card: 'pm_card_threeDSecureRequiredChargeDeclined' });
    await elsewhere.run(paymentId, creation);
    const waiting = (await webhooksOf(stripe)).at(-1) as VerifiedWebhook;
    const intentId = waiting.objectId ?? '';
    const world = createPaymentWorld(stripe, createMemoryEventStore());
    await world.record(paymentId, creation);
    world.afterNextFetch(async () => {
      // The customer acts and the card is declined, and the attempt's own answer says so: before that look-up is recorded.
      await stripe.post(`/sim/payment_intents/${intentId}/complete_action`, { outcome: 'succeed' });
      const intent = answered(await stripe.gateway.fetchIntent(intentId));
      expect(intent.status).toBe('requires_payment_method');
      await world.record(paymentId, { type: 'ObserveIntent', intent, attempt: 1 });
    });
    expect(await world.deliver(waiting)).toMatchObject({ status: 'processed' });
    expect(world.fetches.count).toBe(2);
    expect(await world.factsOf(paymentId)).toEqual([
      'PaymentCreated',
      'PaymentConfirmRequested',
      'PaymentDeclined',
    ]);
  });

  it.each(Array.from({ length: 25 }, (_n, seed) => seed))(
    'may come while the story goes on, late and twice, and our process may die after each call: %i',
    async (seed) => {
      const random = createRandom(seed);
      const paymentId = newPaymentId();
      const world = createPaymentWorld(stripe, createMemoryEventStore());
      const step = async (command: Parameters<typeof world.record>[1]): Promise<void> => {
        if (random(2) === 0) await world.runAndDie(paymentId, command);
        else await world.run(paymentId, command);
      };
      const someWebhooks = async (): Promise<void> => {
        const all = await webhooksOf(stripe);
        for (let n = random(4); n > 0; n -= 1)
          await world.deliver(all[random(all.length)] as VerifiedWebhook);
      };
      const everything = async (): Promise<void> => {
        const all = [...(await webhooksOf(stripe))];
        while (all.length > 0) await world.deliver(all.splice(random(all.length), 1)[0] as VerifiedWebhook);
      };
      const refundId = newRefundId();
      await step(world.creation(paymentId, { captureMethod: 'manual' }));
      await someWebhooks();
      await everything();
      await step({ type: 'CapturePayment', amount: usd(4000) });
      await someWebhooks();
      await everything();
      await step({
        ...{ type: 'RequestRefund', refundId, amount: usd(1500) },
        ...{ refundReason: null, secondPerson: null },
      });
      await someWebhooks();
      await everything();
      expect(await world.stateOf(paymentId)).toMatchObject({
        status: 'captured',
        captured: { minor: '4000' },
        fee: expect.anything(),
        refunds: [{ refundId, status: 'succeeded' }],
      });
      const facts = await world.factsOf(paymentId);
      expect(new Set(facts).size).toBe(facts.length);
      expect((await stripe.counts())['refund']).toBe(1);
    },
  );
});

/** Small whole numbers from a seed: the same in every run. */
function createRandom(seed: number): (below: number) => number {
  let state = seed * 2_654_435_761 + 1;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) % below;
  };
}
