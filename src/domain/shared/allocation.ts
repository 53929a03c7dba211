import type { Decimal } from './decimal.js';
import { compareDecimals, decimal, divideRounded } from './decimal.js';
import type { Money } from './money.js';
import { money } from './money.js';

/**
 * A whole in parts. The parts sum to the whole exactly; `remainderTo` says who carries what division left over.
 */
export type Allocation = {
  /** One for each weight, in the order of the weights. */
  readonly parts: readonly Money[];
  /**
   * Places of the parts that got one more minor unit, away from zero, than their share rounded down; in rising order.
   * Empty when the division leaves nothing over.
   */
  readonly remainderTo: readonly number[];
};

/** Weights that cannot share anything: a negative one, or none above zero for an amount that is not zero. */
export class NothingToAllocateBy extends Error {
  override readonly name = 'NothingToAllocateBy';
}

/**
 * Shares an amount out in proportion to the weights, by the largest remainder: every part is its exact share rounded
 * down, and the units left over go to the largest fractions, one each; of equal fractions, to the earliest. A weight of
 * zero gets nothing. A negative amount is shared like the positive one with the signs turned.
 * @throws NothingToAllocateBy
 */
export function allocate(total: Money, weights: readonly bigint[]): Allocation {
  if (weights.some((weight) => weight < 0n)) throw new NothingToAllocateBy('a weight is negative');
  const whole = weights.reduce((sum, weight) => sum + weight, 0n);
  if (whole === 0n) {
    if (total.minor !== 0n) throw new NothingToAllocateBy('no weight is above zero');
    return { parts: weights.map(() => total), remainderTo: [] };
  }
  const sign = total.minor < 0n ? -1n : 1n;
  const size = sign * total.minor;
  const shares = weights.map((weight, place) => ({
    place,
    floor: (size * weight) / whole,
    fraction: (size * weight) % whole,
  }));
  const left = size - shares.reduce((sum, { floor }) => sum + floor, 0n);
  const remainderTo = shares
    .toSorted((a, b) => (a.fraction === b.fraction ? a.place - b.place : a.fraction > b.fraction ? -1 : 1))
    .slice(0, Number(left))
    .map(({ place }) => place)
    .toSorted((a, b) => a - b);
  const owners = new Set(remainderTo);
  const parts = shares.map(({ place, floor }) =>
    money(sign * (owners.has(place) ? floor + 1n : floor), total.currency),
  );
  return { parts, remainderTo };
}

/**
 * Shares an amount out in equal parts; the first ones carry what is left over, so that no two parts differ by more
 * than one minor unit. `count` is a whole number above zero.
 * @throws NothingToAllocateBy
 */
export function split(total: Money, count: number): Allocation {
  return allocate(
    total,
    Array.from({ length: count }, () => 1n),
  );
}

/**
 * Shares an amount out like `allocate`, in whole steps of so many minor units. What is less than a step goes whole to the
 * part at `fractionTo`, so that every other part is a multiple of the step.
 * @throws NothingToAllocateBy
 */
export function allocateInSteps(
  total: Money,
  weights: readonly bigint[],
  { step, fractionTo }: { readonly step: bigint; readonly fractionTo: number },
): readonly Money[] {
  const { currency } = total;
  const fraction = total.minor % step;
  const { parts } = allocate(money(total.minor / step, currency), weights);
  return parts.map(({ minor }, place) =>
    money(minor * step + (place === fractionTo ? fraction : 0n), currency),
  );
}

const hundred = decimal(100n, 0);

/**
 * That many hundredths of an amount, rounded once to a multiple of `step` minor units, half away from zero: so that a
 * percentage of the negative amount is the negative of it.
 */
export function percentageOf(amount: Money, percentage: Decimal, step = 1n): Money {
  const whole = 100n * 10n ** BigInt(percentage.scale) * step;
  return money(divideRounded(amount.minor * percentage.units, whole) * step, amount.currency);
}

/** True for percentages of a whole: from 0 to 100. */
export function isShare(percentage: Decimal): boolean {
  return percentage.units >= 0n && compareDecimals(percentage, hundred) <= 0;
}
