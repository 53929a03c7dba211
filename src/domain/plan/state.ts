import { percentageOf } from '../shared/allocation.js';
import type { CivilDate } from '../shared/civil-date.js';
import { addDays, addMonths, compareDates } from '../shared/civil-date.js';
import type { CollectionId } from '../shared/ids.js';
import type { Instant } from '../shared/instant.js';
import type { Money } from '../shared/money.js';
import { isPositive, isZero, money, subtract, sum } from '../shared/money.js';
import type { ScheduledPart } from '../shared/plan-schedule.js';
import { stepOf } from '../shared/plan-terms.js';
import type { PlanDetails } from './events.js';

/** How far time has come with a part, whether or not it is settled. */
type Step = 'scheduled' | 'due' | 'missed';

export type Part = ScheduledPart & {
  readonly step: Step;
  /** From this day on an open part is missed; null until it is due. */
  readonly missedOn: CivilDate | null;
  readonly announced: boolean;
  readonly settled: Money;
  /** Forgiven for paying early. */
  readonly discounted: Money;
  readonly lateFees: number;
  /** What they come to; no part of the total. */
  readonly lateFeesTotal: Money;
  /** The one open collection. */
  readonly collection: CollectionId | null;
  readonly failures: readonly CollectionId[];
};

/** Money that was set against the invoice, by the part that it settled. */
export type Settlement = {
  readonly applicationId: string;
  readonly part: number;
  readonly amount: Money;
  readonly reversed: Money;
};

type Reversal = { readonly reversalId: string; readonly applicationId: string; readonly amount: Money };

/** What every plan carries once it is started. */
type Existing = {
  readonly details: PlanDetails;
  readonly startedAt: Instant;
  readonly version: number;
  readonly total: Money;
  readonly parts: readonly Part[];
  readonly settlements: readonly Settlement[];
  readonly reversals: readonly Reversal[];
  readonly milestones: readonly string[];
  readonly skips: number;
  /** The highest part number that was ever given. */
  readonly lastPart: number;
  /** Null until the order was released, or for ever where there is no order. */
  readonly releasedAt: Instant | null;
  /** Null where dates count. */
  readonly pausedOn: CivilDate | null;
  /** All days of pauses that are over. */
  readonly pausedDays: number;
  readonly defaultedAt: Instant | null;
};

type Active = Existing & { readonly status: 'active' };
type Defaulted = Existing & { readonly status: 'defaulted' };
type Completed = Existing & { readonly status: 'completed' };
type Canceled = Existing & {
  readonly status: 'canceled';
  readonly refundable: Money;
  readonly retained: Money;
};

export type OpenPlan = Active | Defaulted;
export type ExistingPlan = OpenPlan | Completed | Canceled;
export type PlanState = { readonly status: 'absent' } | ExistingPlan;

/** What is still to be paid of a part. */
export function outstandingOf({ amount, settled, discounted }: Part): Money {
  return subtract(subtract(amount, settled), discounted);
}

/** All that is paid, or to be paid, of a part. */
export function askedOf({ amount, discounted }: Part): Money {
  return subtract(amount, discounted);
}

export function isOpen(part: Part): boolean {
  return isPositive(outstandingOf(part));
}

export function openParts(plan: ExistingPlan): readonly Part[] {
  return plan.parts.filter(isOpen);
}

/** The open parts as money that names none pays them: what is asked for already first, so that nobody pays ahead unasked. */
export function inOrderOfPaying(plan: ExistingPlan): readonly Part[] {
  const open = openParts(plan);
  return [...open.filter(isAskedFor), ...open.filter((part) => !isAskedFor(part))];
}

export function isAskedFor({ step }: Part): boolean {
  return step !== 'scheduled';
}

export function outstanding(plan: ExistingPlan): Money {
  return sum(plan.total.currency, plan.parts.map(outstandingOf));
}

export function settledOf(plan: ExistingPlan): Money {
  return sum(
    plan.total.currency,
    plan.parts.map(({ settled }) => settled),
  );
}

export function discountedOf(plan: ExistingPlan): Money {
  return sum(
    plan.total.currency,
    plan.parts.map(({ discounted }) => discounted),
  );
}

/** What may be left open and is forgiven when the rest is paid by then; null where it cannot be earned (any more). */
export function earlyDiscount(
  plan: ExistingPlan,
): { readonly amount: Money; readonly until: CivilDate } | null {
  const { earlyDiscount: terms } = plan.details.terms;
  if (terms === null || !isZero(discountedOf(plan))) return null;
  const amount = percentageOf(plan.total, terms.percentage, stepOf(plan.details.terms));
  return { amount, until: addDays(plan.details.approvedOn, terms.days + plan.pausedDays) };
}

/** The first day on which a part that is due on a date is missed. */
export function missedDate(plan: Pick<ExistingPlan, 'details'>, on: CivilDate): CivilDate {
  return addDays(on, plan.details.terms.graceDays + 1);
}

/** The day of a part's n-th late fee: counted in months from the first, so that none drifts. */
export function lateFeeDate(missedOn: CivilDate, number: number): CivilDate {
  return addMonths(missedOn, number - 1);
}

export function later(a: CivilDate, b: CivilDate): CivilDate {
  return compareDates(a, b) < 0 ? b : a;
}

export function nothing(plan: ExistingPlan): Money {
  return money(0n, plan.total.currency);
}
