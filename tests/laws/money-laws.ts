import { expect } from '@jest/globals';
import fc from 'fast-check';
import { currencies, exponentOf } from '../../src/domain/shared/currency.js';
import { decimal, multiplyDecimals, roundToUnits } from '../../src/domain/shared/decimal.js';
import {
  add,
  CurrencyMismatch,
  compare,
  equals,
  format,
  money,
  negate,
  subtract,
  sum,
} from '../../src/domain/shared/money.js';
import { example, law } from '../support/law.js';

const currency = fc.constantFrom(...currencies);
const minor = fc.oneof(
  fc.constantFrom(0n, 1n, 99n, 100n, 101n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 53n - 1n, 2n ** 53n, 10n ** 12n),
  fc.bigInt(-(10n ** 18n), 10n ** 18n),
);

export const moneyLaws = [
  law(
    'money-adds',
    'adds and subtracts exactly, at any size',
    fc.property(currency, minor, minor, (code, a, b) => {
      const both = add(money(a, code), money(b, code));
      expect(both).toEqual(money(a + b, code));
      expect(subtract(both, money(b, code))).toEqual(money(a, code));
      expect(add(money(a, code), negate(money(a, code))).minor).toBe(0n);
    }),
  ),
  law(
    'money-currencies',
    'never lets two currencies meet',
    fc.property(currency, currency, (a, b) => {
      fc.pre(a !== b);
      expect(() => add(money(1n, a), money(1n, b))).toThrow(CurrencyMismatch);
      expect(() => subtract(money(1n, a), money(1n, b))).toThrow(CurrencyMismatch);
      expect(() => compare(money(1n, a), money(1n, b))).toThrow(CurrencyMismatch);
      expect(() => sum(a, [money(1n, b)])).toThrow(CurrencyMismatch);
      expect(equals(money(1n, a), money(1n, b))).toBe(false);
    }),
  ),
  law(
    'money-format',
    'is written with the digits of its currency, and the text reads back to the same amount',
    fc.property(currency, minor, (code, amount) => {
      const [digits = '', unit] = format(money(amount, code)).split(' ');
      expect(unit).toBe(code);
      expect((digits.split('.')[1] ?? '').length).toBe(exponentOf(code));
      expect(BigInt(digits.replace('.', ''))).toBe(amount);
    }),
  ),
  example(
    'comes out exactly where floating point does not: 4.35 and 1.005 times 100, and 68.33 times 1.2',
    () => {
      expect([4.35 * 100, 1.005 * 100]).toEqual([434.99999999999994, 100.49999999999999]);
      expect([Math.floor(4.35 * 100), Math.round(1.005 * 100)]).toEqual([434, 100]);
      expect([roundToUnits(decimal(435n, 2), 2), roundToUnits(decimal(1_005n, 3), 2)]).toEqual([435n, 101n]);
      expect(multiplyDecimals(decimal(6_833n, 2), decimal(12n, 1))).toEqual({ units: 81_996n, scale: 3 });
    },
  ),
  example('is no number of major units: of such a one the first of these laws does not hold', () => {
    const floating = (amount: bigint): number => Number(amount) / 100;
    const minorOf = (amount: number): bigint => BigInt(Math.round(amount * 100));
    const adds = fc.property(minor, minor, (a, b) => minorOf(floating(a) + floating(b)) === a + b);
    expect(fc.check(adds, { seed: 1 }).failed).toBe(true);
  }),
];
