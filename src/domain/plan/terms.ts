import type { CivilDate } from '../shared/civil-date.js';
import { addMonths, compareDates } from '../shared/civil-date.js';
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

/**
 * The terms of what a change order asks for more: the deposit keeps its amount, and the balance grows. So the difference is
 * due with the last part, by the rule of it; where that day is over, or its milestone was reached, at once.
 */
export function termsOfChange(
  approved: { readonly terms: PlanTerms; readonly approvedOn: CivilDate },
  changedOn: CivilDate,
  reached: readonly string[],
): PlanTerms {
  const last = approved.terms.parts.at(-1);
  if (last === undefined) throw new TypeError('terms have a part');
  const due = dueOfChange(last.due, approved.approvedOn, changedOn, reached);
  return {
    ...approved.terms,
    parts: [{ amount: rest, due, collect: last.collect }],
    depositRefund: { kind: 'always' },
    releasesOrder: 'total_settled',
  };
}

function dueOfChange(
  due: DueRule,
  approvedOn: CivilDate,
  changedOn: CivilDate,
  reached: readonly string[],
): DueRule {
  switch (due.kind) {
    case 'at_approval':
    case 'days_after':
    case 'end_of_month':
      return due;
    case 'date':
      return unlessOver(due.on, changedOn);
    case 'months_after':
      return unlessOver(addMonths(due.anchor ?? approvedOn, due.months), changedOn);
    case 'milestone':
      return reached.includes(due.name) ? { kind: 'at_approval' } : due;
  }
}

function unlessOver(on: CivilDate, changedOn: CivilDate): DueRule {
  return compareDates(on, changedOn) < 0 ? { kind: 'at_approval' } : { kind: 'date', on };
}

function terms(parts: readonly PartTerms[], conditions: Conditions): PlanTerms {
  return { ...plain, ...conditions, parts };
}
