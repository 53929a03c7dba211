import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type Stripe from 'stripe';
import type { Bench } from './support.js';
import { openBench, paying, refused } from './support.js';

describe('3-D Secure in the Stripe simulator', () => {
  let bench: Bench;
  let stripe: Stripe;
  beforeAll(async () => {
    bench = await openBench();
    stripe = bench.stripe;
  });
  afterAll(() => bench.sim.close());

  const complete = (id: string, outcome: 'succeed' | 'fail') =>
    bench.post(`/sim/payment_intents/${id}/complete_action`, { outcome });

  it.each([
    'threeDSecure2Required',
    'authenticationRequired',
    'authenticationRequiredOnSetup',
    'threeDSecureRequired',
  ])('makes pm_card_%s wait for the cardholder and then pays', async (name) => {
    const waiting = await stripe.paymentIntents.create(
      paying(`pm_card_${name}`, { return_url: 'https://shop.example/back' }),
    );
    expect(waiting.status).toBe('requires_action');
    expect(waiting.latest_charge).toBeNull();
    expect(waiting.next_action).toMatchObject({
      type: 'redirect_to_url',
      redirect_to_url: {
        return_url: 'https://shop.example/back',
        url: `${bench.sim.url}/sim/3ds/${waiting.id}`,
      },
    });
    await complete(waiting.id, 'succeed');
    const paid = await stripe.paymentIntents.retrieve(waiting.id, { expand: ['latest_charge'] });
    expect(paid).toMatchObject({ status: 'succeeded', next_action: null });
    const charge = paid.latest_charge as Stripe.Charge;
    expect(charge.payment_method_details?.card?.three_d_secure?.result).toBe('authenticated');
  });

  it('hands the action to the SDK when there is nowhere to return to', async () => {
    const waiting = await stripe.paymentIntents.create(paying('pm_card_threeDSecure2Required'));
    expect(waiting.next_action?.type).toBe('use_stripe_sdk');
  });

  it('sends the intent back when authentication fails, and lets it be tried again', async () => {
    const waiting = await stripe.paymentIntents.create(paying('pm_card_threeDSecure2Required'));
    await complete(waiting.id, 'fail');
    const failed = await stripe.paymentIntents.retrieve(waiting.id);
    expect(failed).toMatchObject({
      status: 'requires_payment_method',
      payment_method: null,
      latest_charge: null,
    });
    expect(failed.last_payment_error).toMatchObject({
      type: 'invalid_request_error',
      code: 'payment_intent_authentication_failure',
    });
    const paid = await stripe.paymentIntents.confirm(waiting.id, { payment_method: 'pm_card_visa' });
    expect(paid.status).toBe('succeeded');
  });

  it.each([
    ['threeDSecureRequiredChargeDeclined', 'generic_decline'],
    ['authenticationRequiredChargeDeclinedInsufficientFunds', 'insufficient_funds'],
  ])('declines pm_card_%s after a good authentication', async (name, declineCode) => {
    const waiting = await stripe.paymentIntents.create(paying(`pm_card_${name}`));
    expect(waiting.status).toBe('requires_action');
    await complete(waiting.id, 'succeed');
    const failed = await stripe.paymentIntents.retrieve(waiting.id);
    expect(failed.status).toBe('requires_payment_method');
    expect(failed.last_payment_error).toMatchObject({ code: 'card_declined', decline_code: declineCode });
  });

  it('asks for optional 3-D Secure only on request', async () => {
    expect((await stripe.paymentIntents.create(paying('pm_card_threeDSecureOptional'))).status).toBe(
      'succeeded',
    );
    const options = { payment_method_options: { card: { request_three_d_secure: 'any' as const } } };
    const asked = await stripe.paymentIntents.create(paying('pm_card_threeDSecureOptional', options));
    expect(asked.status).toBe('requires_action');
    expect(
      await refused(
        stripe.paymentIntents.create(paying('pm_card_threeDSecureOptionalProcessingError', options)),
      ),
    ).toMatchObject({ code: 'card_declined' });
    expect((await stripe.paymentIntents.create(paying('pm_card_visa', options))).status).toBe('succeeded');
  });

  it('declines off-session payments that would need the cardholder', async () => {
    const error = await refused(
      stripe.paymentIntents.create(paying('pm_card_authenticationRequired', { off_session: true })),
    );
    expect(error).toMatchObject({
      statusCode: 402,
      code: 'authentication_required',
      decline_code: 'authentication_required',
    });
    const forced = await refused(
      stripe.paymentIntents.create(
        paying('pm_card_authenticationRequired', { error_on_requires_action: true }),
      ),
    );
    expect(forced.code).toBe('authentication_required');
  });

  it('lets a card that was set up pay off session', async () => {
    const customer = await stripe.customers.create();
    const setup = await stripe.setupIntents.create({
      customer: customer.id,
      payment_method: 'pm_card_authenticationRequiredOnSetup',
      allowed_payment_method_types: ['card'],
      confirm: true,
    });
    expect(setup.status).toBe('requires_action');
    await bench.post(`/sim/setup_intents/${setup.id}/complete_action`, { outcome: 'succeed' });
    const ready = await stripe.setupIntents.retrieve(setup.id);
    expect(ready.status).toBe('succeeded');
    const paid = await stripe.paymentIntents.create(
      paying(String(ready.payment_method), { customer: customer.id, off_session: true }),
    );
    expect(paid.status).toBe('succeeded');
    const offSession = paying('pm_card_authenticationRequiredSetupForOffSession', { off_session: true });
    expect((await stripe.paymentIntents.create(offSession)).status).toBe('succeeded');
  });

  it('waits for a second confirmation when confirmation is manual', async () => {
    const waiting = await stripe.paymentIntents.create(
      paying('pm_card_threeDSecure2Required', { confirmation_method: 'manual' }),
    );
    await complete(waiting.id, 'succeed');
    const between = await stripe.paymentIntents.retrieve(waiting.id);
    expect(between.status).toBe('requires_confirmation');
    expect((await stripe.paymentIntents.confirm(waiting.id)).status).toBe('succeeded');
  });

  it('holds an authenticated amount when capture is manual', async () => {
    const waiting = await stripe.paymentIntents.create(
      paying('pm_card_threeDSecure2Required', { capture_method: 'manual' }),
    );
    expect((await complete(waiting.id, 'succeed')).status).toBe('requires_capture');
  });

  it('offers a page with two buttons that leads back to the shop', async () => {
    const waiting = await stripe.paymentIntents.create(
      paying('pm_card_threeDSecure2Required', { return_url: 'https://shop.example/back?order=1' }),
    );
    const page = await (await fetch(`${bench.sim.url}/sim/3ds/${waiting.id}`)).text();
    expect(page).toContain('Complete authentication');
    expect(page).toContain('$10.00');
    const submit = (outcome: string) =>
      fetch(`${bench.sim.url}/sim/payment_intents/${waiting.id}/complete_action`, {
        method: 'POST',
        body: new URLSearchParams({ outcome }),
        redirect: 'manual',
      });
    const answer = await submit('fail');
    const location = new URL(answer.headers.get('location') ?? '');
    expect(answer.status).toBe(303);
    expect(Object.fromEntries(location.searchParams)).toEqual({
      order: '1',
      payment_intent: waiting.id,
      payment_intent_client_secret: waiting.client_secret,
      redirect_status: 'failed',
    });
    expect((await submit('succeed')).status).toBe(409);
  });
});
