import type { Refusal } from '../../domain/payment/intent.js';
import type { Currency } from '../../domain/shared/currency.js';
import { exponentOf, parseCurrency } from '../../domain/shared/currency.js';
import type { Money } from '../../domain/shared/money.js';
import { format, money } from '../../domain/shared/money.js';

/**
 * Currencies that Stripe counts in other units than ISO 4217. It writes ISK and UGX with two decimals that must be
 * zeros, and MGA without the two decimals that ISO gives it. HUF and TWD are ordinary here: only their payouts are whole.
 * Source: https://docs.stripe.com/currencies#special-cases
 */
const stripeExponents: Partial<Record<Currency, number>> = { ISK: 2, UGX: 2, MGA: 0 };

/**
 * The least amounts that Stripe publishes, in its own units, for charges settled in the same currency. For all other
 * currencies the least is worth half a US dollar at a rate that only Stripe knows, so there Stripe decides.
 * Source: https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts
 */
const minimums: Partial<Record<Currency, bigint>> = {
  USD: 50n,
  AED: 200n,
  AUD: 50n,
  BGN: 100n,
  BRL: 50n,
  CAD: 50n,
  CHF: 50n,
  CZK: 1_500n,
  DKK: 250n,
  EUR: 50n,
  GBP: 30n,
  HKD: 400n,
  HUF: 17_500n,
  INR: 50n,
  JPY: 50n,
  MXN: 1_000n,
  MYR: 200n,
  NOK: 300n,
  NZD: 50n,
  PLN: 200n,
  RON: 200n,
  SEK: 300n,
  SGD: 50n,
  THB: 1_000n,
};

/** Eight digits, whatever the currency's decimals; rupiahs alone may have twelve. */
const maximum = 99_999_999n;
const maximums: Partial<Record<Currency, bigint>> = { IDR: 999_999_999_999n };

/**
 * The amount in the units and precision that Stripe takes; undefined where it cannot be written in them. In currencies
 * of three decimals the last digit must be zero.
 */
export function toStripeAmount(amount: Money): number | undefined {
  const units = stripeUnits(amount);
  return units === undefined ? undefined : Number(units);
}

/** What an amount of Stripe's is in minor units; undefined for a currency or fraction that we have no unit for. */
export function fromStripeAmount(units: number, currency: string): Money | undefined {
  const known = parseCurrency(currency);
  if (known === undefined || !Number.isSafeInteger(units)) return undefined;
  const minor = scaled(BigInt(units), exponentOf(known) - stripeExponent(known));
  return minor === undefined ? undefined : money(minor, known);
}

/**
 * Why Stripe would not move this amount at all; null when it would, as far as can be told without asking. Only charges
 * have a smallest and a largest amount: a refund may be of one unit.
 */
export function refuseStripeAmount(amount: Money, operation: 'charge' | 'refund'): Refusal | null {
  const units = stripeUnits(amount);
  if (units === undefined) {
    return {
      code: 'amount_precision_not_supported',
      message: `${format(amount)} has a smaller fraction than can be charged in ${amount.currency}.`,
    };
  }
  if (operation === 'refund') return null;
  const least = minimums[amount.currency] ?? 1n;
  if (units < least) {
    return {
      code: 'amount_too_small',
      message: `The amount must be at least ${shown(least, amount.currency)}.`,
    };
  }
  const most = maximums[amount.currency] ?? maximum;
  if (units > most) {
    return {
      code: 'amount_too_large',
      message: `The amount must be at most ${shown(most, amount.currency)}.`,
    };
  }
  return null;
}

/** How many of our minor units the smallest difference is that Stripe can tell: 10 in currencies of three decimals. */
export function stripeStep(currency: Currency): bigint {
  if (exponentOf(currency) === 3) return 10n;
  return 10n ** BigInt(Math.max(0, exponentOf(currency) - stripeExponent(currency)));
}

function stripeUnits({ minor, currency }: Money): bigint | undefined {
  const units = scaled(minor, stripeExponent(currency) - exponentOf(currency));
  if (units === undefined || !Number.isSafeInteger(Number(units))) return undefined;
  return exponentOf(currency) === 3 && units % 10n !== 0n ? undefined : units;
}

function stripeExponent(currency: Currency): number {
  return stripeExponents[currency] ?? exponentOf(currency);
}

/** `value` times ten to the power of `digits`; undefined when that is not whole. */
function scaled(value: bigint, digits: number): bigint | undefined {
  if (digits >= 0) return value * 10n ** BigInt(digits);
  const divisor = 10n ** BigInt(-digits);
  return value % divisor === 0n ? value / divisor : undefined;
}

function shown(units: bigint, currency: Currency): string {
  const amount = fromStripeAmount(Number(units), currency);
  return amount === undefined ? `${units} ${currency}` : format(amount);
}
