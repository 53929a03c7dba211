import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Instant } from '../../../src/domain/shared/instant.js';
import type { StripeConnection } from '../../../src/infrastructure/stripe/stripe-client.js';
import { connectToStripe } from '../../../src/infrastructure/stripe/stripe-client.js';
import { findIntentOfAttempt } from '../../../src/infrastructure/stripe/stripe-lookups.js';
import { metadataKeys } from '../../../src/infrastructure/stripe/stripe-snapshots.js';
import type { Stripe } from './simulator-control.js';
import { instantNow, startStripe } from './simulator-control.js';

let stripe: Stripe;
let connection: StripeConnection;
let pages = 0;
beforeEach(async () => {
  stripe = await startStripe();
  connection = connectToStripe({
    secretKey: 'sk_test_contract',
    apiBase: stripe.simulator.url,
    timeoutMs: 20_000,
  });
  pages = 0;
  connection.client.on('request', ({ method, path }: { method: string; path: string }) => {
    if (method === 'GET' && path.startsWith('/v1/payment_intents?')) pages += 1;
  });
});
afterEach(async () => {
  connection.close();
  await stripe.close();
});

const create = (attempt: string) =>
  connection.client.paymentIntents.create({
    amount: 5_000,
    currency: 'usd',
    metadata: { [metadataKeys.attempt]: attempt },
  });
const hoursPass = (hours: number) => stripe.post('/sim/clock', { advance_seconds: hours * 3_600 });
const find = (attempt: string, requestedAt: Instant) =>
  findIntentOfAttempt(connection.client, attempt, requestedAt, {});

describe('the intent of one attempt', () => {
  it('is found at the time of its request, without a look through a busy day after it', async () => {
    const requestedAt = instantNow();
    const wanted = await create('wanted');
    await hoursPass(2);
    for (let n = 0; n < 150; n += 1) await create(`later ${n}`);
    expect((await find('wanted', requestedAt))?.id).toBe(wanted.id);
    expect(pages).toBe(1);
  });

  it('is found in one page however much happened in the minutes after it', async () => {
    const requestedAt = instantNow();
    const wanted = await create('wanted');
    await stripe.post('/sim/clock', { advance_seconds: 300 });
    for (let n = 0; n < 150; n += 1) await create(`later ${n}`);
    expect((await find('wanted', requestedAt))?.id).toBe(wanted.id);
    expect(pages).toBe(1);
  });

  it('is found when the request was carried out a day late, and missed only where there is none', async () => {
    const requestedAt = instantNow();
    await hoursPass(24);
    const wanted = await create('wanted');
    expect((await find('wanted', requestedAt))?.id).toBe(wanted.id);
    expect(await find('another', requestedAt)).toBeUndefined();
  });
});
