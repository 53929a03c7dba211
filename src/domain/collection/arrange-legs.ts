import type { Money } from '../shared/money.js';
import { compare, isPositive, smaller, subtract, sum, zero } from '../shared/money.js';
import type { CollectionMode, LegTender } from './events.js';

/** A tender that somebody wants to pay with, and how much by it. */
export type WantedTender = {
  readonly tender: LegTender;
  /** Null for as much as there is, or all that is left to pay. */
  readonly amount: Money | null;
  /** How much the tender can pay at most; null where only trying tells. */
  readonly available: Money | null;
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
 * that would bring nothing gets no leg.
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
  const parts: { readonly tender: LegTender; readonly amount: Money }[] = [];
  for (const each of wanted) {
    const part = each.amount ?? least(left, each.available ?? left);
    if (compare(part, left) > 0) return { outcome: 'tenders_exceed_amount', excess: subtract(part, left) };
    if (isPositive(part)) parts.push({ tender: each.tender, amount: part });
    left = subtract(left, part);
  }
  const incomplete = isPositive(left) && mode === 'all_or_nothing';
  if (incomplete || parts.length === 0) return { outcome: 'tenders_do_not_cover_amount', missing: left };
  return {
    outcome: 'arranged',
    amount: sum(
      currency,
      parts.map((part) => part.amount),
    ),
    legs: parts.map((part, index) => ({ leg: index + 1, ...part })),
  };
}

function least(a: Money, b: Money): Money {
  const lesser = smaller(a, b);
  return isPositive(lesser) ? lesser : zero(a.currency);
}
