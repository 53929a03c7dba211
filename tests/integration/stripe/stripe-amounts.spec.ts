import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Currency } from '../../../src/domain/shared/currency.js';
import { currencies, exponentOf } from '../../../src/domain/shared/currency.js';
import { money } from '../../../src/domain/shared/money.js';
import {
  fromStripeAmount,
  refuseStripeAmount,
  stripeStep,
  toStripeAmount,
} from '../../../src/infrastructure/stripe/stripe-amounts.js';
import {
  amountStep,
  decimalsOf,
  minimumAmount,
  parseCurrency as parseSimulatedCurrency,
} from '../../../src/infrastructure/stripe-simulator/currencies.js';

const currency = fc.constantFrom(...currencies);
const minor = fc.oneof(
  fc.constantFrom(0n, 1n, 2n, 99n, 100n, 101n, 2n ** 31n, 2n ** 53n - 1n, 2n ** 53n, 10n ** 12n),
  fc.bigInt(1n, 10n ** 9n),
);

describe('amounts on their way to Stripe and back', () => {
  it('are the same again, or refused before any call', () => {
    fc.assert(
      fc.property(currency, minor, (code, units) => {
        const amount = money(units, code);
        const sent = toStripeAmount(amount);
        if (refuseStripeAmount(amount, 'charge') !== null) return;
        expect(sent).toBeDefined();
        expect(fromStripeAmount(sent ?? Number.NaN, code)).toEqual(amount);
      }),
      { numRuns: 5_000 },
    );
  });

  it('can be written in Stripe’s units when, and only when, they are whole steps', () => {
    fc.assert(
      fc.property(currency, fc.bigInt(1n, 10n ** 9n), (code, units) => {
        const isWhole = units % stripeStep(code) === 0n;
        expect(toStripeAmount(money(units, code)) !== undefined).toBe(isWhole);
      }),
      { numRuns: 2_000 },
    );
  });

  it('are whole, positive, safe and of the step that Stripe takes, when they are not refused', () => {
    fc.assert(
      fc.property(currency, minor, (code, units) => {
        const amount = money(units, code);
        if (refuseStripeAmount(amount, 'charge') !== null) return;
        const sent = toStripeAmount(amount) ?? Number.NaN;
        expect(Number.isSafeInteger(sent)).toBe(true);
        expect(sent).toBeGreaterThan(0);
        expect(sent % amountStep(code.toLowerCase())).toBe(0);
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([
    ['USD', 1050n, 1050],
    ['JPY', 500n, 500],
    ['KWD', 5_120n, 5_120],
    ['ISK', 5n, 500],
    ['UGX', 5_000n, 500_000],
    ['MGA', 50_000n, 500],
    ['HUF', 20_050n, 20_050],
    ['TWD', 80_045n, 80_045],
  ] as const)('%s: %d minor units are %d to Stripe', (code, units, sent) => {
    expect(toStripeAmount(money(units, code))).toBe(sent);
    expect(fromStripeAmount(sent, code.toLowerCase())).toEqual(money(units, code));
  });

  it.each([
    ['KWD', 5_124n, 'amount_precision_not_supported'],
    ['MGA', 50_001n, 'amount_precision_not_supported'],
    ['USD', 49n, 'amount_too_small'],
    ['USD', 0n, 'amount_too_small'],
    ['USD', -50n, 'amount_too_small'],
    ['HUF', 17_499n, 'amount_too_small'],
    ['JPY', 49n, 'amount_too_small'],
    ['USD', 100_000_000n, 'amount_too_large'],
    ['ISK', 1_000_000n, 'amount_too_large'],
    ['IDR', 1_000_000_000_000n, 'amount_too_large'],
    ['USD', 2n ** 60n, 'amount_precision_not_supported'],
  ] as const)('%s: %d minor units are refused with %s', (code, units, refusal) => {
    expect(refuseStripeAmount(money(units, code), 'charge')?.code).toBe(refusal);
  });

  it.each([
    ['USD', 99_999_999n],
    ['IDR', 999_999_999_999n],
    ['ISK', 999_999n],
    ['VUV', 1n],
  ] as const)('%s: %d minor units are taken', (code, units) => {
    expect(refuseStripeAmount(money(units, code), 'charge')).toBeNull();
  });

  it('have no unit of ours for a foreign currency or a fraction', () => {
    expect(fromStripeAmount(100, 'xxx')).toBeUndefined();
    expect(fromStripeAmount(550, 'isk')).toBeUndefined();
    expect(fromStripeAmount(1.5, 'usd')).toBeUndefined();
    expect(fromStripeAmount(Number.NaN, 'usd')).toBeUndefined();
  });

  it('agree with the simulator, which has tables of its own', () => {
    const unknownThere: Currency[] = [];
    for (const code of currencies) {
      const simulated = simulatedCurrency(code);
      if (simulated === undefined) {
        unknownThere.push(code);
        continue;
      }
      expect([code, unitsPerMajor(code)]).toEqual([code, 10 ** decimalsOf(simulated)]);
      const least = fromStripeAmount(minimumAmount(simulated), simulated);
      if (least !== undefined) expect([code, refuseStripeAmount(least, 'charge')]).toEqual([code, null]);
    }
    // Stripe itself lists the dobra under its old code, so it would refuse this one.
    expect(unknownThere).toEqual(['STN']);
  });
});

describe('a refund', () => {
  it('may be of a single unit, in the precision that Stripe keeps', () => {
    expect(refuseStripeAmount(money(1n, 'USD'), 'refund')).toBeNull();
    expect(refuseStripeAmount(money(1n, 'KWD'), 'refund')?.code).toBe('amount_precision_not_supported');
  });
});

function simulatedCurrency(code: Currency): string | undefined {
  try {
    return parseSimulatedCurrency(code);
  } catch {
    return undefined;
  }
}

/** How many of Stripe's units make one whole dinar, dollar or yen. */
function unitsPerMajor(code: Currency): number | undefined {
  return toStripeAmount(money(10n ** BigInt(exponentOf(code)), code));
}
