import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import type { StripeRateLimit } from '../../../src/infrastructure/stripe/call-rate.js';
import { confirmRequest } from '../../contract/payment-gateway.contract.js';
import { eventually } from '../../support/eventually.js';
import type { Stripe } from './simulator-control.js';
import { startStripe } from './simulator-control.js';

const limit = { total: 25, perEndpoint: 25 };

/** Asks until there is an answer, as the worker does; answers how often Stripe was not asked, and how often it said 429. */
async function pay(stripe: Stripe): Promise<{ readonly notAsked: number; readonly limited: number }> {
  const request = confirmRequest();
  const key = randomUUID();
  let [notAsked, limited] = [0, 0];
  for (;;) {
    const answer = await stripe.gateway.confirm(request, key);
    if (answer.outcome === 'answered') return { notAsked, limited };
    if (answer.outcome === 'refused') throw new Error(`refused: ${answer.refusal.code}`);
    // On a busy machine an answer may come too late; the same key makes asking again harmless.
    expect(['no_turn', 'rate_limited', 'timeout']).toContain(answer.reason);
    if (answer.reason === 'no_turn') notAsked += 1;
    if (answer.reason === 'rate_limited') limited += 1;
    await sleep(1_000);
  }
}

/** @param simulator beyond which Stripe refuses */
async function payMany(many: number, simulator: StripeRateLimit) {
  const stripe = await startStripe({ timeoutMs: 8_000, limits: { own: limit, simulator } });
  const paid = await Promise.all(Array.from({ length: many }, () => pay(stripe)));
  const captured = (await stripe.journal()).filter(({ kind }) => kind === 'charge_captured');
  await stripe.close();
  const sum = (of: (each: (typeof paid)[number]) => number): number =>
    paid.reduce((total, each) => total + of(each), 0);
  return {
    notAsked: sum(({ notAsked }) => notAsked),
    limited: sum(({ limited }) => limited),
    charges: captured.length,
  };
}

// Both wait for their turns most of the time, so they wait together.
it.concurrent('a burst of 200 payments at 25 calls per second is carried out, each once, with hardly a 429', async () => {
  // Calls that a busy machine holds up arrive together, and are refused for what is not our doing: then it is tried again.
  const { notAsked } = await eventually(
    async () => {
      const burst = await payMany(200, limit);
      expect(burst.charges).toBe(200);
      return burst;
    },
    ({ limited }) => limited / (200 + limited) <= 0.05,
    120_000,
  );
  // Some found the line too long, were told so and asked again.
  expect(notAsked).toBeGreaterThan(0);
});

it.concurrent('a limit that is lower than we believe slows us down, and loses nothing', async () => {
  const { limited, charges } = await payMany(60, { total: 10, perEndpoint: 10 });
  expect(limited).toBeGreaterThan(0);
  expect(charges).toBe(60);
});
