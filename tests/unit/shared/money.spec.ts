import { describe, expect, it } from '@jest/globals';
import { parseCurrency } from '../../../src/domain/shared/currency.js';
import { parseInstant } from '../../../src/domain/shared/instant.js';
import { format, money } from '../../../src/domain/shared/money.js';
import { moneyLaws } from '../../laws/money-laws.js';
import { holdLaws } from '../../support/law.js';

describe('money', () => {
  holdLaws(moneyLaws);

  it('is written with its sign before the digits', () => {
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
