import { allocate } from '../shared/allocation.js';
import type { Money } from '../shared/money.js';
import { isPositive, smaller, subtract } from '../shared/money.js';
import { paired } from '../shared/paired.js';

/** A payment that an amount may go back to. */
export type Returnable<T> = {
  readonly of: T;
  /** What can still go back to it. */
  readonly left: Money;
  /** What has gone back to it for the same cause already, however much is left; null for nothing yet. */
  readonly given: Money | null;
};

export type Returned<T> = { readonly of: T; readonly amount: Money };

/**
 * Shares an amount out over payments, from the last one back, none above what is left of it. What was given for the same cause
 * before stands and comes first, so that a repeat shares out the same. The parts sum to less only where less is left.
 *
 * @param applied in the order in which they were applied
 */
export function lastFirst<T>(applied: readonly Returnable<T>[], wanted: Money): readonly Returned<T>[] {
  const latestFirst = applied.toReversed();
  const parts: Returned<T>[] = [];
  let missing = wanted;
  for (const one of [
    ...latestFirst.filter(({ given }) => given !== null),
    ...latestFirst.filter(({ given }) => given === null),
  ]) {
    const amount = one.given ?? smaller(missing, one.left);
    if (!isPositive(amount)) continue;
    parts.push({ of: one.of, amount });
    missing = subtract(missing, amount);
  }
  return parts;
}

/** Shares an amount out in proportion to what is left of each payment; the last one is named first. */
export function inProportion<T>(
  applied: readonly Pick<Returnable<T>, 'of' | 'left'>[],
  wanted: Money,
): readonly Returned<T>[] {
  const fromTheLast = applied.toReversed();
  const { parts } = allocate(
    wanted,
    fromTheLast.map(({ left }) => left.minor),
  );
  return paired(fromTheLast, parts)
    .map(([{ of }, amount]) => ({ of, amount }))
    .filter(({ amount }) => isPositive(amount));
}
