import { describe, expect, it } from '@jest/globals';
import {
  allocate,
  isShare,
  NothingToAllocateBy,
  percentageOf,
} from '../../../src/domain/shared/allocation.js';
import { decimal } from '../../../src/domain/shared/decimal.js';
import { money } from '../../../src/domain/shared/money.js';
import { allocationLaws, percentageLaws, splitLaws } from '../../laws/allocation-laws.js';
import { holdLaws } from '../../support/law.js';

const minors = (parts: readonly { readonly minor: bigint }[]) => parts.map((part) => part.minor);

describe('sharing an amount out', () => {
  holdLaws(allocationLaws);

  it('gives the cent of 1.00 in three to the first', () => {
    expect(allocate(money(100n, 'USD'), [1n, 1n, 1n])).toEqual({
      parts: [34n, 33n, 33n].map((part) => money(part, 'USD')),
      remainderTo: [0],
    });
    expect(minors(allocate(money(10n, 'USD'), [1n, 1n, 4n]).parts)).toEqual([2n, 2n, 6n]);
    expect(minors(allocate(money(5n, 'USD'), [3n, 7n]).parts)).toEqual([2n, 3n]);
  });

  it('refuses weights that cannot share anything', () => {
    expect(() => allocate(money(1n, 'USD'), [0n, 0n])).toThrow(NothingToAllocateBy);
    expect(() => allocate(money(1n, 'USD'), [])).toThrow(NothingToAllocateBy);
    expect(() => allocate(money(1n, 'USD'), [2n, -1n])).toThrow(NothingToAllocateBy);
    expect(allocate(money(0n, 'USD'), [0n, 0n]).parts).toEqual([money(0n, 'USD'), money(0n, 'USD')]);
  });
});

describe('equal parts', () => {
  holdLaws(splitLaws);
});

describe('a percentage', () => {
  holdLaws(percentageLaws);

  it('is rounded once, half away from zero', () => {
    expect(percentageOf(money(250n, 'USD'), decimal(1n, 0)).minor).toBe(3n);
    expect(percentageOf(money(-250n, 'USD'), decimal(1n, 0)).minor).toBe(-3n);
    expect(percentageOf(money(249n, 'USD'), decimal(1n, 0)).minor).toBe(2n);
    expect(percentageOf(money(10_000n, 'JPY'), decimal(8875n, 3)).minor).toBe(888n);
    expect(percentageOf(money(435n, 'USD'), decimal(100n, 0)).minor).toBe(435n);
  });

  it('of a whole lies between 0 and 100', () => {
    expect(isShare(decimal(0n, 0))).toBe(true);
    expect(isShare(decimal(100n, 0))).toBe(true);
    expect(isShare(decimal(1_000_001n, 4))).toBe(false);
    expect(isShare(decimal(-1n, 4))).toBe(false);
  });
});
