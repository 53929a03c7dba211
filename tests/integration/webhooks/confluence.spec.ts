import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { VerifiedWebhook } from '../../../src/application/ports/inbound-webhooks.js';
import type { PaymentId } from '../../../src/domain/shared/ids.js';
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

function permutations<T>(items: readonly T[]): readonly (readonly T[])[] {
  if (items.length <= 1) return [items];
  return items.flatMap((item, at) =>
    permutations([...items.slice(0, at), ...items.slice(at + 1)]).map((rest) => [item, ...rest]),
  );
}

type World = ReturnType<typeof createPaymentWorld>;
type Step = (world: World, paymentId: PaymentId) => Promise<void>;

/**
 * Plays a story at Stripe whose answers are all lost to us, then delivers its webhooks in every order - each one twice -
 * to a fresh history that knows no more than what was asked for.
 */
async function everyOrder(
  story: Step,
  asked: Step,
): Promise<{ states: ReadonlySet<string>; state: unknown; orders: number }> {
  const paymentId = newPaymentId();
  const first = createPaymentWorld(stripe, createMemoryEventStore());
  await story(first, paymentId);
  const webhooks = await webhooksOf(stripe);
  const orders = permutations(pruned(webhooks));
  const states = new Set<string>();
  let state: unknown;
  for (const order of orders) {
    const world = createPaymentWorld(stripe, createMemoryEventStore());
    await asked(world, paymentId);
    for (const webhook of [...order, ...order]) {
      const outcome = await world.deliver(webhook);
      if (outcome.status !== 'processed') throw new Error(`${webhook.type}: ${JSON.stringify(outcome)}`);
    }
    state = await world.stateOf(paymentId);
    states.add(JSON.stringify(state));
  }
  return { states, state, orders: orders.length };
}

/** At most five events, so that all orders can be tried: repeats of a type tell nothing that a repeat of one does not. */
function pruned(webhooks: readonly VerifiedWebhook[]): readonly VerifiedWebhook[] {
  const told = webhooks.filter(({ type }) => type !== 'charge.updated' && type !== 'charge.refund.updated');
  return told.slice(-5);
}

describe('webhooks in any order and number end in one state', () => {
  it('of a payment that succeeds at once', async () => {
    const create: Step = async (world, id) => {
      await world.run(id, world.creation(id));
    };
    const { states, state, orders } = await everyOrder(create, async (world, id) => {
      await world.record(id, world.creation(id));
    });
    expect(orders).toBeGreaterThanOrEqual(6);
    expect(states.size).toBe(1);
    expect(state).toMatchObject({ status: 'captured', captured: { minor: '5000' }, fee: expect.anything() });
  });

  it('of a decline and a second card that works', async () => {
    const declineThenPay: Step = async (world, id) => {
      await world.run(id, world.creation(id, { card: 'pm_card_chargeCustomerFail' }));
      await world.run(id, { type: 'ConfirmPayment', paymentMethod: 'pm_card_visa' });
    };
    const { states, state } = await everyOrder(declineThenPay, async (world, id) => {
      await world.record(id, world.creation(id, { card: 'pm_card_chargeCustomerFail' }));
    });
    expect(states.size).toBe(1);
    expect(state).toMatchObject({ status: 'captured' });
  });

  it('of an authorization that is captured in part', async () => {
    const manual = { captureMethod: 'manual' } as const;
    const { states, state } = await everyOrder(
      async (world, id) => {
        await world.run(id, world.creation(id, manual));
        await world.run(id, { type: 'CapturePayment', amount: usd(3000) });
      },
      async (world, id) => {
        await world.record(id, world.creation(id, manual));
      },
    );
    expect(states.size).toBe(1);
    expect(state).toMatchObject({ status: 'captured', captured: { minor: '3000' } });
  });

  it('of an authorization that is canceled', async () => {
    const manual = { captureMethod: 'manual' } as const;
    const { states, state } = await everyOrder(
      async (world, id) => {
        await world.run(id, world.creation(id, manual));
        await world.run(id, { type: 'CancelPayment' });
      },
      async (world, id) => {
        await world.record(id, world.creation(id, manual));
      },
    );
    expect(states.size).toBe(1);
    expect(state).toMatchObject({ status: 'canceled' });
  });

  it('of a refund of ours that fails later, and one made outside', async () => {
    const refundId = newRefundId();
    const refund = { type: 'RequestRefund', refundId, amount: usd(1000), refundReason: null } as const;
    let intentId = '';
    const { states, state } = await everyOrder(
      async (world, id) => {
        await world.run(id, world.creation(id));
        await world.run(id, refund);
        const { state: paid } = await world.handler.load(id);
        if (paid.status !== 'captured') throw new Error('not captured');
        intentId = paid.attempts.intentId ?? '';
        const ours = paid.refunds[0]?.providerRefundId ?? '';
        await stripe.post(`/sim/refunds/${ours}/fail`);
        await refundOutside(intentId, 700);
      },
      async (world, id) => {
        world.owners.set(intentId, id);
        await world.run(id, world.creation(id));
        await world.record(id, refund);
      },
    );
    expect(states.size).toBe(1);
    expect(state).toMatchObject({
      status: 'captured',
      refunds: [
        { refundId, status: 'failed' },
        { status: 'succeeded', amount: { minor: '700' } },
      ],
    });
  });
});

async function refundOutside(intentId: string, amount: number): Promise<void> {
  const answer = await fetch(`${stripe.simulator.url}/v1/refunds`, {
    method: 'POST',
    headers: {
      authorization: 'Bearer sk_test_contract',
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({ payment_intent: intentId, amount: String(amount) }),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

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
      await step({ type: 'RequestRefund', refundId, amount: usd(1500), refundReason: null });
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
