import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  compareDecimals,
  decimal,
  divideRounded,
  formatDecimal,
  multiplyDecimals,
  parseDecimal,
  roundToUnits,
} from '../../../src/domain/shared/decimal.js';
import { holds } from '../../support/corpus.js';

const value = fc
  .tuple(fc.bigInt(-(10n ** 20n), 10n ** 20n), fc.integer({ min: 0, max: 12 }))
  .map(([units, scale]) => decimal(units, scale));

describe('exact decimals', () => {
  it('are written in the shortest form, which reads back to the same number', () => {
    holds(
      'decimal-text',
      fc.property(fc.bigInt(-(10n ** 14n), 10n ** 14n), fc.integer({ min: 0, max: 12 }), (units, scale) => {
        const number = decimal(units, scale);
        expect(parseDecimal(formatDecimal(number), 12)).toEqual(number);
        expect(compareDecimals(number, { units, scale })).toBe(0);
      }),
    );
    expect(formatDecimal(decimal(1_500n, 3))).toBe('1.5');
    expect(formatDecimal(decimal(-5n, 3))).toBe('-0.005');
    expect(formatDecimal(decimal(0n, 12))).toBe('0');
    expect(parseDecimal('0.000000000001', 12)).toEqual({ units: 1n, scale: 12 });
  });

  it.each([
    '',
    '.',
    '1.',
    '.5',
    '+1',
    ' 1',
    '1 ',
    '1e2',
    '0x10',
    '01',
    '-0',
    '-0.00',
    '1,5',
    '1_000',
    'NaN',
    'Infinity',
    '١',
    '1.0000000000001',
    '1234567890123456',
    '--1',
    '1.2.3',
  ])('are not read from %j', (text) => {
    expect(parseDecimal(text, 12)).toBeUndefined();
  });

  it('have no more digits after the point than are allowed', () => {
    expect(parseDecimal('1.234567', 6)).toEqual({ units: 1_234_567n, scale: 6 });
    expect(parseDecimal('1.2345678', 6)).toBeUndefined();
    expect(parseDecimal('1.0', 0)).toBeUndefined();
  });

  it('multiply and compare without losing a digit', () => {
    holds(
      'decimal-product',
      fc.property(value, value, (a, b) => {
        const product = multiplyDecimals(a, b);
        expect(product.units * 10n ** BigInt(a.scale + b.scale - product.scale)).toBe(a.units * b.units);
        expect(compareDecimals(a, b)).toBe(-compareDecimals(b, a) + 0);
      }),
    );
  });

  it('round once, half away from zero, where floating point goes wrong', () => {
    const product = multiplyDecimals(decimal(6833n, 2), decimal(12n, 1));
    expect(formatDecimal(product)).toBe('81.996');
    expect(roundToUnits(product, 2)).toBe(8_200n);
    expect(roundToUnits(decimal(1_005n, 3), 2)).toBe(101n);
    expect(roundToUnits(decimal(-1_005n, 3), 2)).toBe(-101n);
    expect(roundToUnits(decimal(435n, 2), 3)).toBe(4_350n);
    expect([-3n, -1n, 1n, 3n, 5n].map((half) => divideRounded(half, 2n))).toEqual([-2n, -1n, 1n, 2n, 3n]);
  });
});
