import type { Money } from '../shared/money.js';
import { compare, isPositive, money, smaller, subtract, sum, zero } from '../shared/money.js';
import type { CollectionMode, LegTender } from './events.js';

/** A tender that somebody wants to pay with, and how much by it. */
export type WantedTender = {
  readonly tender: LegTender;
  /** Null for as much as there is, or all that is left to pay. */
  readonly amount: Money | null;
  /** How much the tender can pay at most; null where only trying tells. */
  readonly available: Money | null;
  /** What it brings is a whole multiple of so many minor units. */
  readonly step: bigint;
};

export type ArrangedLegs =
  | {
      readonly outcome: 'arranged';
      /** The sum of the legs: less than what was wanted only where that is allowed. */
      readonly amount: Money;
      readonly legs: readonly { readonly leg: number; readonly tender: LegTender; readonly amount: Money }[];
    }
  | { readonly outcome: 'currency_mismatch'; readonly expected: string }
  /** The tenders bring more than is wanted, or something by two of them that each bring all the rest. */
  | { readonly outcome: 'tenders_exceed_amount'; readonly excess: Money }
  | { readonly outcome: 'tenders_do_not_cover_amount'; readonly missing: Money };

/**
 * Shares an amount out over tenders in their order: each brings what was asked of it, or as much as it has of what is left. One
 * that would bring nothing gets no leg. Where the last brings only whole steps, one before it that was to bring what it has
 * brings that much less.
 */
export function arrangeLegs(
  amount: Money,
  wanted: readonly WantedTender[],
  mode: CollectionMode,
): ArrangedLegs {
  const { currency } = amount;
  const foreign = wanted.find(
    (each) =>
      (each.amount?.currency ?? currency) !== currency || (each.available?.currency ?? currency) !== currency,
  );
  if (foreign !== undefined) return { outcome: 'currency_mismatch', expected: currency };
  let left = amount;
  let brought: readonly Brought[] = [];
  for (const each of wanted) {
    if (each.amount === null && each.available === null) {
      brought = inWholeSteps(brought, left, each.step);
      left = subtract(
        amount,
        sum(
          currency,
          brought.map((one) => one.amount),
        ),
      );
    }
    const part = each.amount ?? least(left, each.available ?? left);
    if (compare(part, left) > 0) return { outcome: 'tenders_exceed_amount', excess: subtract(part, left) };
    brought = [...brought, { tender: each.tender, amount: part, isFree: each.amount === null }];
    left = subtract(left, part);
  }
  const parts = brought.filter((part) => isPositive(part.amount));
  const incomplete = isPositive(left) && mode === 'all_or_nothing';
  if (incomplete || parts.length === 0) return { outcome: 'tenders_do_not_cover_amount', missing: left };
  return {
    outcome: 'arranged',
    amount: sum(
      currency,
      parts.map((part) => part.amount),
    ),
    legs: parts.map(({ tender, amount: part }, index) => ({ leg: index + 1, tender, amount: part })),
  };
}

type Brought = { readonly tender: LegTender; readonly amount: Money; readonly isFree: boolean };

/** Leaves a whole number of steps to the next tender, where one before it may bring less; else what it can bring is tried. */
function inWholeSteps(brought: readonly Brought[], left: Money, step: bigint): readonly Brought[] {
  const missing = (step - (left.minor % step)) % step;
  const from = brought.findLastIndex(({ isFree, amount }) => isFree && amount.minor >= missing);
  if (missing === 0n || from < 0) return brought;
  const less = money(missing, left.currency);
  return brought.map((one, place) => (place === from ? { ...one, amount: subtract(one.amount, less) } : one));
}

function least(a: Money, b: Money): Money {
  const lesser = smaller(a, b);
  return isPositive(lesser) ? lesser : zero(a.currency);
}
