import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import Stripe from 'stripe';
import type { Bench } from './support.js';
import { openBench, paying } from './support.js';

type Step =
  | {
      readonly kind: 'pay';
      readonly method: string;
      readonly amount: number;
      readonly currency: string;
      readonly capture: 'automatic' | 'manual';
    }
  | { readonly kind: 'refund' | 'capture'; readonly nth: number; readonly amount: number }
  | { readonly kind: 'cancel'; readonly nth: number }
  | { readonly kind: 'advance'; readonly seconds: number };

const STEP: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('pay' as const),
      method: fc.constantFrom(
        'pm_card_visa',
        'pm_card_refundFail',
        'pm_card_pendingRefund',
        'pm_card_chargeDeclined',
      ),
      amount: fc.integer({ min: 50, max: 90_000 }),
      currency: fc.constantFrom('usd', 'eur', 'jpy'),
      capture: fc.constantFrom('automatic' as const, 'automatic' as const, 'manual' as const),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom('refund' as const, 'refund' as const, 'capture' as const),
      nth: fc.nat(20),
      amount: fc.integer({ min: 1, max: 60_000 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), nth: fc.nat(20) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('advance' as const), seconds: fc.integer({ min: 1, max: 20 }) }),
  },
);

describe('The books of the Stripe simulator', () => {
  let bench: Bench;
  let stripe: Stripe;
  beforeAll(async () => {
    bench = await openBench();
    stripe = bench.stripe;
  });
  afterAll(() => bench.sim.close());

  it.each([
    ['usd', 1000, 59],
    ['usd', 50, 31],
    ['usd', 99_999_999, 2_900_030],
    ['jpy', 1000, 59],
    ['kwd', 1000, 330],
    ['isk', 500_000, 14_600],
  ])('takes a fee in %s on %i of %i', async (currency, amount, fee) => {
    const paid = await stripe.paymentIntents.create(
      paying('pm_card_visa', { currency, amount, expand: ['latest_charge.balance_transaction'] }),
    );
    const charge = paid.latest_charge as Stripe.Charge;
    expect(charge.balance_transaction).toMatchObject({ amount, fee, net: amount - fee, currency });
    const transaction = charge.balance_transaction as Stripe.BalanceTransaction;
    expect(transaction.fee_details.reduce((sum, part) => sum + part.amount, 0)).toBe(fee);
  });

  it('moves funds from pending to available after two days, or at once for the bypass card', async () => {
    await bench.post('/sim/reset');
    await stripe.paymentIntents.create(paying());
    await stripe.paymentIntents.create(paying('pm_card_bypassPending'));
    const amounts = async () => {
      const balance = await stripe.balance.retrieve();
      return [balance.available[0]?.amount, balance.pending[0]?.amount];
    };
    expect(await amounts()).toEqual([941, 941]);
    await bench.advance(2 * 86_400 + 1);
    expect(await amounts()).toEqual([1882, 0]);
    const [transaction] = (await stripe.balanceTransactions.list({ limit: 1 })).data;
    expect(transaction?.status).toBe('available');
  });

  it('lists balance transactions by source, type and currency', async () => {
    await bench.post('/sim/reset');
    const paid = await stripe.paymentIntents.create(paying());
    const refund = await stripe.refunds.create({ payment_intent: paid.id });
    const types = async (params: Stripe.BalanceTransactionListParams) =>
      (await stripe.balanceTransactions.list(params)).data.map(({ type }) => type);
    expect(await types({})).toEqual(['refund', 'charge']);
    expect(await types({ source: refund.id })).toEqual(['refund']);
    expect(await types({ type: 'charge' })).toEqual(['charge']);
    expect(await types({ currency: 'eur' })).toEqual([]);
    const one = await stripe.balanceTransactions.retrieve(String(refund.balance_transaction), {
      expand: ['source'],
    });
    expect(one.source).toMatchObject({ object: 'refund', id: refund.id });
  });

  it('notes every movement once, with the metadata of the payment', async () => {
    await bench.post('/sim/reset');
    await stripe.paymentIntents.create(paying('pm_card_visa', { metadata: { command_id: 'c1' } }));
    const { lines, next } = await bench.journal();
    expect(lines.map((line) => [line.kind, line.gross, line.fee, line.metadata['command_id']])).toEqual([
      ['charge_authorized', 0, 0, 'c1'],
      ['charge_captured', 0, 0, 'c1'],
      ['balance_transaction', 1000, 59, 'c1'],
    ]);
    expect((await bench.journal(next)).lines).toEqual([]);
  });

  it('keeps captured - refunded + returned - fees equal to the balance, whatever is done', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(STEP, { minLength: 1, maxLength: 14 }), async (steps) => {
        await bench.post('/sim/reset');
        const ids: string[] = [];
        for (const step of steps) {
          // Many random steps are refused, and a refusal must leave the books alone as well.
          await perform(step, ids).catch((error: unknown) =>
            expect(error).toBeInstanceOf(Stripe.errors.StripeError),
          );
        }
        await bench.advance(20);
        await assertBooksAgree();
      }),
      { numRuns: 60 },
    );
  });

  async function perform(step: Step, ids: string[]): Promise<void> {
    const id = 'nth' in step ? (ids[step.nth % Math.max(1, ids.length)] ?? 'pi_none') : '';
    switch (step.kind) {
      case 'pay': {
        const { method, amount, currency, capture } = step;
        const more = { amount, currency, capture_method: capture };
        ids.push((await stripe.paymentIntents.create(paying(method, more))).id);
        break;
      }
      case 'refund':
        await stripe.refunds.create({ payment_intent: id, amount: step.amount });
        break;
      case 'capture':
        await stripe.paymentIntents.capture(id, { amount_to_capture: step.amount });
        break;
      case 'cancel':
        await stripe.paymentIntents.cancel(id);
        break;
      case 'advance':
        await bench.advance(step.seconds);
    }
  }

  /** Compares the journal's sums with what the API's own objects add up to. */
  async function assertBooksAgree(): Promise<void> {
    const expected = new Map<string, { captured: bigint; kept: bigint; fees: bigint }>();
    const entry = (currency: string) => {
      const known = expected.get(currency) ?? { captured: 0n, kept: 0n, fees: 0n };
      expected.set(currency, known);
      return known;
    };
    for await (const charge of stripe.charges.list({ limit: 100, expand: ['data.balance_transaction'] })) {
      const sum = entry(charge.currency);
      sum.captured += BigInt(charge.amount_captured);
      sum.kept += charge.captured ? BigInt(charge.amount_captured - charge.amount_refunded) : 0n;
      const transaction = charge.balance_transaction as Stripe.BalanceTransaction | null;
      sum.fees += BigInt(transaction?.fee ?? 0);
      expect(charge.captured ? charge.amount_refunded : 0).toBeLessThanOrEqual(charge.amount_captured);
    }
    const balance = await stripe.balance.retrieve();
    const journal = await bench.sums();
    for (const [currency, { captured, kept, fees }] of expected) {
      const book = journal[currency] ?? { captured: '0', gross: '0', fees: '0', net: '0' };
      expect([book.captured, book.gross, book.fees, book.net].map(BigInt)).toEqual([
        captured,
        kept,
        fees,
        kept - fees,
      ]);
      const shown = [...balance.available, ...balance.pending].filter((side) => side.currency === currency);
      expect(shown.reduce((sum, side) => sum + BigInt(side.amount), 0n)).toBe(kept - fees);
    }
  }
});
