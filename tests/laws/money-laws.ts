import { expect } from '@jest/globals';
import fc from 'fast-check';
import { currencies, exponentOf } from '../../src/domain/shared/currency.js';
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
import { law } from '../support/law.js';

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
];
