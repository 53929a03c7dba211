import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { currencies, exponentOf, parseCurrency } from '../../../src/domain/shared/currency.js';
import { parseInstant } from '../../../src/domain/shared/instant.js';
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
} from '../../../src/domain/shared/money.js';

const currency = fc.constantFrom(...currencies);
const minor = fc.oneof(
  fc.constantFrom(0n, 1n, 99n, 100n, 101n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 53n - 1n, 2n ** 53n, 10n ** 12n),
  fc.bigInt(-(10n ** 18n), 10n ** 18n),
);

describe('money', () => {
  it('adds and subtracts exactly, at any size', () => {
    fc.assert(
      fc.property(currency, minor, minor, (code, a, b) => {
        const both = add(money(a, code), money(b, code));
        expect(both).toEqual(money(a + b, code));
        expect(subtract(both, money(b, code))).toEqual(money(a, code));
        expect(add(money(a, code), negate(money(a, code))).minor).toBe(0n);
      }),
    );
  });

  it('never lets two currencies meet', () => {
    fc.assert(
      fc.property(currency, currency, (a, b) => {
        fc.pre(a !== b);
        expect(() => add(money(1n, a), money(1n, b))).toThrow(CurrencyMismatch);
        expect(() => subtract(money(1n, a), money(1n, b))).toThrow(CurrencyMismatch);
        expect(() => compare(money(1n, a), money(1n, b))).toThrow(CurrencyMismatch);
        expect(() => sum(a, [money(1n, b)])).toThrow(CurrencyMismatch);
        expect(equals(money(1n, a), money(1n, b))).toBe(false);
      }),
    );
  });

  it('is written with the digits of its currency, and the text reads back to the same amount', () => {
    fc.assert(
      fc.property(currency, minor, (code, amount) => {
        const [digits = '', unit] = format(money(amount, code)).split(' ');
        expect(unit).toBe(code);
        expect((digits.split('.')[1] ?? '').length).toBe(exponentOf(code));
        expect(BigInt(digits.replace('.', ''))).toBe(amount);
      }),
    );
    expect(format(money(-5n, 'USD'))).toBe('-0.05 USD');
    expect(format(money(1234n, 'JPY'))).toBe('1234 JPY');
    expect(format(money(1234n, 'KWD'))).toBe('1.234 KWD');
  });
});

describe('a currency code', () => {
  it('is read in either case, and nothing else is one', () => {
    expect(parseCurrency('usd')).toBe('USD');
    for (const text of ['', 'US', 'USDD', 'XXX', '__proto__', 'constructor', 'toString']) {
      expect(parseCurrency(text)).toBeUndefined();
    }
  });
});

describe('an instant', () => {
  it('is UTC text, kept to the millisecond', () => {
    expect(parseInstant('2026-11-01T09:30:00Z')).toBe('2026-11-01T09:30:00.000Z');
    expect(parseInstant('2026-11-01T09:30:00.123456Z')).toBe('2026-11-01T09:30:00.123Z');
    for (const text of ['2026-11-01', '2026-13-01T00:00:00Z', '2026-11-01T09:30:00+01:00', 'now', '']) {
      expect(parseInstant(text)).toBeUndefined();
    }
  });
});
