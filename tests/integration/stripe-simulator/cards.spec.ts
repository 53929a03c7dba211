import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type Stripe from 'stripe';
import { bankAccountNames } from '../../../src/infrastructure/stripe-simulator/bank-debits.js';
import { cardByTestId, testCardNames } from '../../../src/infrastructure/stripe-simulator/test-cards.js';
import type { Bench } from './support.js';
import { openBench, paying, refused } from './support.js';

const DECLINED = 'Your card was declined.';
const FUNDS = 'Your card has insufficient funds.';
const EXPIRED = 'Your card has expired.';
const CVC = "Your card's security code is incorrect.";
const PROCESSING = 'An error occurred while processing your card. Try again in a little bit.';
const VELOCITY =
  'Your card was declined for making repeated attempts too frequently or exceeding its amount limit.';

/** Names, error codes, decline codes and messages as https://docs.stripe.com/testing publishes them. */
const DECLINES: readonly [name: string, code: string, declineCode: string, message: string][] = [
  ['visa_chargeDeclined', 'card_declined', 'generic_decline', DECLINED],
  ['chargeDeclined', 'card_declined', 'generic_decline', DECLINED],
  ['visa_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds', FUNDS],
  ['chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds', FUNDS],
  ['visa_chargeDeclinedLostCard', 'card_declined', 'lost_card', DECLINED],
  ['chargeDeclinedLostCard', 'card_declined', 'lost_card', DECLINED],
  ['visa_chargeDeclinedStolenCard', 'card_declined', 'stolen_card', DECLINED],
  ['chargeDeclinedStolenCard', 'card_declined', 'stolen_card', DECLINED],
  ['chargeDeclinedExpiredCard', 'expired_card', 'expired_card', EXPIRED],
  ['visa_chargeDeclinedExpiredCard', 'expired_card', 'expired_card', EXPIRED],
  ['chargeDeclinedIncorrectCvc', 'incorrect_cvc', 'incorrect_cvc', CVC],
  ['visa_chargeDeclinedIncorrectCvc', 'incorrect_cvc', 'incorrect_cvc', CVC],
  ['chargeDeclinedProcessingError', 'processing_error', 'processing_error', PROCESSING],
  ['visa_chargeDeclinedProcessingError', 'processing_error', 'processing_error', PROCESSING],
  ['visa_chargeDeclinedVelocityLimitExceeded', 'card_declined', 'card_velocity_exceeded', VELOCITY],
  ['chargeDeclinedFraudulent', 'card_declined', 'fraudulent', DECLINED],
  ['chargeCustomerFail', 'card_declined', 'generic_decline', DECLINED],
  ['visa_chargeCustomerFailLostCard', 'card_declined', 'lost_card', DECLINED],
  ['radarBlock', 'card_declined', 'fraudulent', DECLINED],
  ['riskLevelHighest', 'card_declined', 'fraudulent', DECLINED],
  ['threeDSecureRequiredProcessingError', 'card_declined', 'generic_decline', DECLINED],
];

const NUMBERS: readonly [number: string, code: string, declineCode: string | undefined][] = [
  ['4000000000000002', 'card_declined', 'generic_decline'],
  ['4000000000009995', 'card_declined', 'insufficient_funds'],
  ['4000000000009987', 'card_declined', 'lost_card'],
  ['4000000000009979', 'card_declined', 'stolen_card'],
  ['4000000000000069', 'expired_card', 'expired_card'],
  ['4000000000000127', 'incorrect_cvc', 'incorrect_cvc'],
  ['4000000000000119', 'processing_error', 'processing_error'],
  ['4242424242424241', 'incorrect_number', undefined],
  ['4000000000006975', 'card_declined', 'card_velocity_exceeded'],
  ['4111111111111111', 'card_declined', 'test_mode_live_card'],
];

describe('Test cards of the Stripe simulator', () => {
  let bench: Bench;
  let stripe: Stripe;
  beforeAll(async () => {
    bench = await openBench();
    stripe = bench.stripe;
  });
  afterAll(() => bench.sim.close());

  it.each(DECLINES)('declines pm_card_%s with %s / %s', async (name, code, declineCode, message) => {
    const error = await refused(stripe.paymentIntents.create(paying(`pm_card_${name}`)));
    expect(error).toMatchObject({
      statusCode: 402,
      rawType: 'card_error',
      code,
      decline_code: declineCode,
      message,
      doc_url: `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}`,
    });
    expect(error.payment_intent).toMatchObject({ status: 'requires_payment_method', payment_method: null });
    expect(error.payment_intent?.last_payment_error).toMatchObject({
      code,
      decline_code: declineCode,
      message,
    });
    const charge = await stripe.charges.retrieve(String(error.charge));
    expect(charge).toMatchObject({
      status: 'failed',
      paid: false,
      failure_code: code,
      failure_message: message,
    });
    expect(error.payment_method?.id).toBe(charge.payment_method);
    expect(error.payment_intent?.latest_charge).toBe(charge.id);
  });

  it.each(NUMBERS)('refuses card number %s with %s', async (number, code, declineCode) => {
    const error = await refused(
      stripe.paymentIntents.create({
        amount: 1000,
        currency: 'usd',
        allowed_payment_method_types: ['card'],
        payment_method_data: {
          type: 'card',
          card: { number, exp_month: 12, exp_year: 2040, cvc: '123' },
        } as unknown as Stripe.PaymentIntentCreateParams.PaymentMethodData,
        confirm: true,
      }),
    );
    expect(error).toMatchObject({ statusCode: 402, code });
    // The SDK turns an absent decline code into an empty text.
    expect(error.decline_code || undefined).toBe(declineCode);
  });

  it.each([
    [{ exp_month: 13, exp_year: 2040, cvc: '123' }, 'invalid_expiry_month'],
    [{ exp_month: 12, exp_year: 2020, cvc: '123' }, 'invalid_expiry_year'],
    [{ exp_month: 12, exp_year: 2040, cvc: '99' }, 'invalid_cvc'],
  ])('refuses card data %j with %s', async (data, code) => {
    const card = { number: '4242424242424242', ...data };
    expect(await refused(stripe.paymentMethods.create({ type: 'card', card }))).toMatchObject({ code });
  });

  it('knows every test card and lets each approving one pay at once', async () => {
    const approving = testCardNames().filter((name) => {
      const behaviour = cardByTestId(`pm_card_${name}`)?.behaviour;
      return behaviour?.decline === null && behaviour.authentication === 'never';
    });
    expect(testCardNames().length).toBeGreaterThan(110);
    expect(approving.length).toBeGreaterThan(75);
    const statuses = await Promise.all(
      approving.map(async (name) => (await stripe.paymentIntents.create(paying(`pm_card_${name}`))).status),
    );
    expect(new Set(statuses)).toEqual(new Set(['succeeded']));
  });

  it('makes a new payment method out of each use of a test id', async () => {
    const [a, b] = [
      await stripe.paymentIntents.create(paying()),
      await stripe.paymentIntents.create(paying()),
    ];
    expect(a.payment_method).toMatch(/^pm_1/);
    expect(a.payment_method).not.toBe(b.payment_method);
  });

  it('refuses names that are in no table', async () => {
    expect(await refused(stripe.paymentIntents.create(paying('pm_card_imaginary')))).toMatchObject({
      statusCode: 400,
      code: 'resource_missing',
    });
  });

  it('reports the risk of a blocked payment', async () => {
    const error = await refused(stripe.paymentIntents.create(paying('pm_card_riskLevelHighest')));
    const charge = await stripe.charges.retrieve(String(error.charge));
    expect(charge.outcome).toMatchObject({
      type: 'blocked',
      network_status: 'not_sent_to_network',
      reason: 'highest_risk_level',
      risk_level: 'highest',
    });
  });

  it.each(bankAccountNames())(
    'brings pm_usBankAccount_$name to its end: $outcome',
    async ({ name, outcome }) => {
      const intent = await stripe.paymentIntents.create({
        amount: 5000,
        currency: 'usd',
        payment_method: `pm_usBankAccount_${name}`,
        allowed_payment_method_types: ['us_bank_account'],
        confirm: true,
      });
      expect(intent.status).toBe('processing');
      await bench.advance(6);
      const after = await stripe.paymentIntents.retrieve(intent.id);
      const expected = { succeeds: 'succeeded', fails: 'requires_payment_method', stays: 'processing' }[
        outcome
      ];
      expect(after.status).toBe(expected);
      if (outcome === 'fails') expect(after.last_payment_error?.code).toBeTruthy();
      if (outcome === 'stays')
        expect((await stripe.paymentIntents.cancel(intent.id)).status).toBe('canceled');
    },
  );

  it('settles and fails processing payments on command, by IBAN too', async () => {
    const sepa = () =>
      stripe.paymentIntents.create({
        amount: 5000,
        currency: 'eur',
        allowed_payment_method_types: ['sepa_debit'],
        payment_method_data: { type: 'sepa_debit', sepa_debit: { iban: 'AT611904300234573201' } },
        confirm: true,
      });
    const good = await sepa();
    expect((await bench.post(`/sim/payment_intents/${good.id}/settle`)).status).toBe('succeeded');
    const bad = await sepa();
    const failed = await bench.post(`/sim/payment_intents/${bad.id}/fail`, { code: 'insufficient_funds' });
    expect(failed).toMatchObject({
      status: 'requires_payment_method',
      last_payment_error: { code: 'insufficient_funds' },
    });
  });
});
