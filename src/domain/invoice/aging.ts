import type { CivilDate } from '../shared/civil-date.js';
import { daysBetween } from '../shared/civil-date.js';
import type { Currency } from '../shared/currency.js';
import type { Money } from '../shared/money.js';
import { add, sum, zero } from '../shared/money.js';

/** How long something has been overdue: `current` until the end of its due date, then by days. */
export type AgingBucket = 'current' | 'days_1_30' | 'days_31_60' | 'days_61_90' | 'days_over_90';

export type Aging = {
  readonly currency: Currency;
  readonly buckets: Readonly<Record<AgingBucket, Money>>;
  /** All buckets but `current`. */
  readonly overdue: Money;
  readonly total: Money;
};

export function bucketOf(dueOn: CivilDate, asOf: CivilDate): AgingBucket {
  const days = daysBetween(dueOn, asOf);
  if (days <= 0) return 'current';
  if (days <= 30) return 'days_1_30';
  if (days <= 60) return 'days_31_60';
  return days <= 90 ? 'days_61_90' : 'days_over_90';
}

/** What is due by how long it has been so, for each currency in the order of its code. */
export function agingOf(
  due: readonly { readonly dueOn: CivilDate; readonly amount: Money }[],
  asOf: CivilDate,
): readonly Aging[] {
  const currencies = [...new Set(due.map(({ amount }) => amount.currency))].toSorted();
  return currencies.map((currency) => {
    const nothing = zero(currency);
    const buckets: Record<AgingBucket, Money> = {
      current: nothing,
      days_1_30: nothing,
      days_31_60: nothing,
      days_61_90: nothing,
      days_over_90: nothing,
    };
    for (const { dueOn, amount } of due) {
      if (amount.currency !== currency) continue;
      const bucket = bucketOf(dueOn, asOf);
      buckets[bucket] = add(buckets[bucket], amount);
    }
    const { current, ...late } = buckets;
    const overdue = sum(currency, Object.values(late));
    return { currency, buckets, overdue, total: add(current, overdue) };
  });
}
