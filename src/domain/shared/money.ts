import type { Currency } from './currency.js';
import { exponentOf } from './currency.js';

/** An amount in minor units of one currency. Amounts of two currencies never meet in one operation. */
export type Money = { readonly minor: bigint; readonly currency: Currency };

/** A sum, difference or comparison of two currencies was asked for: always a bug of the caller. */
export class CurrencyMismatch extends Error {
  override readonly name = 'CurrencyMismatch';
}

/** The largest amount that the API accepts and answers: every JSON reader can hold it exactly. */
export const largestMinor = 2n ** 53n - 1n;

export function money(minor: bigint, currency: Currency): Money {
  return { minor, currency };
}

/** Whole units of a currency: dollars, yen. */
export function wholeUnits(units: number, currency: Currency): Money {
  return money(BigInt(units) * 10n ** BigInt(exponentOf(currency)), currency);
}

export function zero(currency: Currency): Money {
  return { minor: 0n, currency };
}

export function add(a: Money, b: Money): Money {
  return { minor: a.minor + minorIn(a.currency, b), currency: a.currency };
}

export function subtract(a: Money, b: Money): Money {
  return { minor: a.minor - minorIn(a.currency, b), currency: a.currency };
}

export function negate(a: Money): Money {
  return { minor: -a.minor, currency: a.currency };
}

/** Negative when a < b, zero when equal, positive when a > b. */
export function compare(a: Money, b: Money): -1 | 0 | 1 {
  const other = minorIn(a.currency, b);
  return a.minor < other ? -1 : a.minor > other ? 1 : 0;
}

export function smaller(a: Money, b: Money): Money {
  return compare(a, b) < 0 ? a : b;
}

/** True for the same amount in the same currency; amounts of two currencies are simply not equal. */
export function equals(a: Money, b: Money): boolean {
  return a.currency === b.currency && a.minor === b.minor;
}

export function isZero(a: Money): boolean {
  return a.minor === 0n;
}

export function isPositive(a: Money): boolean {
  return a.minor > 0n;
}

export function sum(currency: Currency, parts: Iterable<Money>): Money {
  let total = zero(currency);
  for (const part of parts) total = add(total, part);
  return total;
}

/** Decimal text in major units, such as `12.30 USD` or `12 JPY`; exact at any size. */
export function format(amount: Money): string {
  const exponent = exponentOf(amount.currency);
  const sign = amount.minor < 0n ? '-' : '';
  const digits = (amount.minor < 0n ? -amount.minor : amount.minor).toString().padStart(exponent + 1, '0');
  const whole = digits.slice(0, digits.length - exponent);
  const fraction = exponent === 0 ? '' : `.${digits.slice(-exponent)}`;
  return `${sign}${whole}${fraction} ${amount.currency}`;
}

function minorIn(currency: Currency, amount: Money): bigint {
  if (amount.currency !== currency) {
    throw new CurrencyMismatch(`${currency} cannot be combined with ${amount.currency}`);
  }
  return amount.minor;
}
