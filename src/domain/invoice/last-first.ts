import { allocate } from '../shared/allocation.js';
import type { Money } from '../shared/money.js';
import { isPositive, money, smaller, subtract } from '../shared/money.js';
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

/** A payment that an amount may go back to, in whole multiples of so many minor units. */
export type InSteps<T> = Pick<Returnable<T>, 'of' | 'left'> & { readonly step: bigint };

/**
 * Shares an amount out in proportion to what is left of each payment; the last one is named first. Each gets whole steps of its
 * own: what rounding them down leaves over goes to the largest remainders, and what is less than a step to a payment that can
 * give back any amount. Where there is none, one with room for it carries it, for whoever gives it back to refuse.
 */
export function inProportion<T>(applied: readonly InSteps<T>[], wanted: Money): readonly Returned<T>[] {
  const fromTheLast = applied.toReversed();
  const { parts } = allocate(
    wanted,
    fromTheLast.map(({ left }) => left.minor),
  );
  const shares = paired(fromTheLast, parts).map(([one, { minor }]) => ({
    ...one,
    minor: minor - (minor % one.step),
    over: minor % one.step,
  }));
  let over = shares.reduce((all, share) => all + share.over, 0n);
  for (const share of shares.toSorted((a, b) => (a.over < b.over ? 1 : a.over > b.over ? -1 : 0))) {
    if (over < share.step || share.over === 0n || share.minor + share.step > share.left.minor) continue;
    share.minor += share.step;
    over -= share.step;
  }
  const carriers = [...shares.filter(({ step }) => step === 1n), ...shares.filter(({ step }) => step !== 1n)];
  for (const share of carriers) {
    const room = subtract(share.left, money(share.minor, wanted.currency));
    const more = smaller(money(over, wanted.currency), room).minor;
    share.minor += more;
    over -= more;
  }
  return shares
    .map(({ of, minor }) => ({ of, amount: money(minor, wanted.currency) }))
    .filter(({ amount }) => isPositive(amount));
}
