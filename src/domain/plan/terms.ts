import type { CivilDate } from '../shared/civil-date.js';
import type { AmountRule, DueRule, PartTerms, PlanTerms } from '../shared/plan-terms.js';

/** The five payment timings, each an expression of the one type of terms. */

const plain: Omit<PlanTerms, 'parts'> = {
  businessDays: false,
  earlyDiscount: null,
  lateFee: null,
  graceDays: 0,
  noticeDays: 0,
  creditLimit: null,
  depositRefund: { kind: 'always' },
  releasesOrder: 'total_settled',
  defaultAfter: null,
  skipsMax: 0,
};

export type Conditions = Partial<Omit<PlanTerms, 'parts'>>;

const rest: AmountRule = { kind: 'rest' };

/** All of it at once, collected at approval. */
export function standard(conditions: Conditions = {}): PlanTerms {
  return terms([{ amount: rest, due: { kind: 'at_approval' }, collect: 'automatic' }], conditions);
}

/** A part at approval, on which the order starts, and the balance by a date or a milestone. */
export function deposit(
  first: Exclude<AmountRule, { readonly kind: 'rest' }>,
  balanceDue: DueRule,
  conditions: Conditions = {},
): PlanTerms {
  const parts: readonly PartTerms[] = [
    { amount: first, due: { kind: 'at_approval' }, collect: 'automatic' },
    { amount: rest, due: balanceDue, collect: 'automatic' },
  ];
  return terms(parts, { releasesOrder: 'first_part_settled', ...conditions });
}

/** All of it so many days later, or at the end of the month that they lead to; the order starts at approval. */
export function netTerms(days: number, endOfMonth: boolean, conditions: Conditions = {}): PlanTerms {
  const due: DueRule = { kind: endOfMonth ? 'end_of_month' : 'days_after', days };
  return terms([{ amount: rest, due, collect: 'manual' }], { releasesOrder: 'approved', ...conditions });
}

/** Equal parts a month apart, the first at the anchor, which is the day of approval when it is null. */
export function installments(
  count: number,
  anchor: CivilDate | null = null,
  conditions: Conditions = {},
): PlanTerms {
  const parts = Array.from(
    { length: count },
    (_, months): PartTerms => ({
      amount: rest,
      due: { kind: 'months_after', anchor, months },
      collect: 'automatic',
    }),
  );
  return terms(parts, { releasesOrder: 'first_part_settled', skipsMax: 1, ...conditions });
}

/** All of it at once, by cheque, wire or cash that a person records. */
export function manual(due: DueRule = { kind: 'at_approval' }, conditions: Conditions = {}): PlanTerms {
  return terms([{ amount: rest, due, collect: 'manual' }], conditions);
}

function terms(parts: readonly PartTerms[], conditions: Conditions): PlanTerms {
  return { ...plain, ...conditions, parts };
}
