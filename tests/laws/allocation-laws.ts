import { expect } from '@jest/globals';
import {
  allocate as dineroAllocate,
  halfAwayFromZero,
  multiply,
  toSnapshot,
  transformScale,
} from 'dinero.js';
import { dinero, USD } from 'dinero.js/bigint';
import fc from 'fast-check';
import { allocate, percentageOf, split } from '../../src/domain/shared/allocation.js';
import { currencies } from '../../src/domain/shared/currency.js';
import { decimal } from '../../src/domain/shared/decimal.js';
import { money, negate, sum } from '../../src/domain/shared/money.js';
import { boundaries } from '../support/boundary-amounts.js';
import { law } from '../support/law.js';

const currency = fc.constantFrom(...currencies);
const minor = fc.oneof(fc.constantFrom(0n, ...boundaries), fc.bigInt(-(10n ** 15n), 10n ** 15n));
const weight = fc.oneof(fc.constantFrom(0n, 1n, 2n, 3n), fc.bigInt(0n, 10n ** 12n));
const weights = fc
  .array(weight, { minLength: 1, maxLength: 50 })
  .filter((all) => all.some((one) => one > 0n));
const minors = (parts: readonly { readonly minor: bigint }[]) => parts.map((part) => part.minor);
const percentage = fc.record({ units: fc.bigInt(0n, 10n ** 6n), scale: fc.integer({ min: 0, max: 6 }) });

export const allocationLaws = [
  law(
    'allocation-sums',
    'loses nothing: the parts sum to the whole, whatever the weights',
    fc.property(currency, minor, weights, (code, total, by) => {
      const { parts } = allocate(money(total, code), by);
      expect(parts).toHaveLength(by.length);
      expect(sum(code, parts)).toEqual(money(total, code));
    }),
  ),
  law(
    'allocation-shares',
    'gives each its exact share to within one minor unit, and says who carries the remainder',
    fc.property(minor, weights, (total, by) => {
      const whole = by.reduce((a, b) => a + b, 0n);
      const { parts, remainderTo } = allocate(money(total, 'USD'), by);
      by.forEach((one, place) => {
        const part = parts[place]?.minor ?? 0n;
        const off = part * whole - total * one;
        expect(off < whole && off > -whole).toBe(true);
        // Truncated towards zero, then one unit away from zero for those that are named.
        const extra = remainderTo.includes(place) ? (total < 0n ? -1n : 1n) : 0n;
        expect(part).toBe((total * one) / whole + extra);
        if (one === 0n) expect(part).toBe(0n);
      });
    }),
  ),
  law(
    'allocation-remainder',
    'gives what is left over to the largest fractions, and of equal ones to the earliest',
    fc.property(minor, weights, (total, by) => {
      const whole = by.reduce((a, b) => a + b, 0n);
      const size = total < 0n ? -total : total;
      const fraction = (place: number) => (size * (by[place] ?? 0n)) % whole;
      const { remainderTo } = allocate(money(total, 'USD'), by);
      const others = by.map((_, place) => place).filter((place) => !remainderTo.includes(place));
      for (const owner of remainderTo) {
        for (const other of others) {
          expect(
            fraction(owner) > fraction(other) || (fraction(owner) === fraction(other) && owner < other),
          ).toBe(true);
        }
      }
    }),
  ),
  law(
    'allocation-signs',
    'shares a negative amount like the positive one with the signs turned',
    fc.property(currency, minor, weights, (code, total, by) => {
      const { parts, remainderTo } = allocate(money(total, code), by);
      expect(allocate(money(-total, code), by)).toEqual({ parts: parts.map(negate), remainderTo });
    }),
  ),
  law(
    'allocation-order',
    'gives equal weights the same parts in whatever order they stand',
    fc.property(minor, weights, fc.nat(), (total, by, seed) => {
      const turned = by.map((_, place) => by[(place + seed) % by.length] ?? 0n);
      // Different weights with one fraction are told apart by their place alone: 7 and 3 of an odd 5, say.
      const whole = by.reduce((sum, each) => sum + each, 0n);
      const size = total < 0n ? -total : total;
      const distinct = [...new Set(by)];
      fc.pre(new Set(distinct.map((each) => (size * each) % whole)).size === distinct.length);
      const pairs = (all: readonly bigint[]) =>
        allocate(money(total, 'USD'), all)
          .parts.map((part, place) => `${all[place]}:${part.minor}`)
          .toSorted();
      expect(pairs(turned)).toEqual(pairs(by));
    }),
  ),
];

export const splitLaws = [
  law(
    'split-even',
    'differ by one minor unit at most, the larger ones first',
    fc.property(currency, minor, fc.integer({ min: 1, max: 60 }), (code, total, count) => {
      const { parts } = split(money(total, code), count);
      expect(sum(code, parts)).toEqual(money(total, code));
      const sizes = minors(parts).map((part) => (part < 0n ? -part : part));
      expect((sizes[0] ?? 0n) - (sizes.at(-1) ?? 0n) <= 1n).toBe(true);
      expect(sizes).toEqual(sizes.toSorted((a, b) => (a < b ? 1 : a > b ? -1 : 0)));
    }),
  ),
  law(
    'split-like-dinero',
    'are the parts that dinero.js makes',
    fc.property(fc.bigInt(0n, 10n ** 15n), fc.integer({ min: 1, max: 40 }), (total, count) => {
      const theirs = dineroAllocate(
        dinero({ amount: total, currency: USD }),
        Array.from({ length: count }, () => 1n),
      );
      expect(minors(split(money(total, 'USD'), count).parts)).toEqual(
        theirs.map((part) => toSnapshot(part).amount),
      );
    }),
  ),
];

export const percentageLaws = [
  law(
    'percentage-like-dinero',
    'is the one that dinero.js finds when it rounds in the same way',
    fc.property(fc.bigInt(-(10n ** 13n), 10n ** 13n), percentage, (total, { units, scale }) => {
      const factor = { amount: units, scale: BigInt(scale + 2) };
      const theirs = transformScale(
        multiply(dinero({ amount: total, currency: USD }), factor),
        2n,
        halfAwayFromZero,
      );
      expect(percentageOf(money(total, 'USD'), decimal(units, scale)).minor).toBe(toSnapshot(theirs).amount);
    }),
  ),
];
