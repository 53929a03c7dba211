import type { CivilDate } from './civil-date.js';
import type { Decimal } from './decimal.js';
import type { Money } from './money.js';

/** How much of the total a part is. What percentages leave over by rounding goes to the rest. */
export type AmountRule =
  | { readonly kind: 'fixed'; readonly amount: Money }
  /** Of the total; above 0 and at most 100. */
  | { readonly kind: 'percentage'; readonly percentage: Decimal }
  /** What the other parts leave; several rests share it equally. */
  | { readonly kind: 'rest' };

/** When a part falls due, counted from the day on which the terms were approved. */
export type DueRule =
  | { readonly kind: 'at_approval' }
  | { readonly kind: 'days_after'; readonly days: number }
  /** The last day of the month that so many days lead to. */
  | { readonly kind: 'end_of_month'; readonly days: number }
  | { readonly kind: 'date'; readonly on: CivilDate }
  /** So many months from an anchor, the day of approval when it is null; never from the part before. */
  | { readonly kind: 'months_after'; readonly anchor: CivilDate | null; readonly months: number }
  /** Whenever somebody says that this has been reached. */
  | { readonly kind: 'milestone'; readonly name: string };

/** `automatic` parts are collected when they fall due; the customer sends the money for `manual` ones. */
export type CollectMode = 'automatic' | 'manual';

export type PartTerms = {
  readonly amount: AmountRule;
  readonly due: DueRule;
  readonly collect: CollectMode;
};

/** What a customer pays for missing a date: once, or every month up to so many times in all. */
export type LateFee = {
  readonly fee:
    | { readonly kind: 'fixed'; readonly amount: Money }
    /** Of what is still open of the part. */
    | { readonly kind: 'percentage'; readonly percentage: Decimal };
  readonly timesMax: number;
};

/** A refund unwinds the payments from the last one back, or takes the same share of each. */
export const refundOrders = ['last_payment_first', 'pro_rata'] as const;
export type RefundOrder = (typeof refundOrders)[number];

/** When an order may go on. */
type ReleaseRule = 'approved' | 'first_part_settled' | 'total_settled';

/**
 * When which part of a total is to be paid, and what follows from paying early, late or not at all. Every payment timing
 * there is (standard, deposit, net terms, installments, manual) is an expression of this one type.
 */
export type PlanTerms = {
  /** In the order in which they fall due. */
  readonly parts: readonly PartTerms[];
  /**
   * What is worked out (shares, fees, discounts) is a multiple of so many minor units, and so is all that is collected by
   * itself: what providers can carry of the currency. Absent where that is every minor unit.
   */
  readonly stepMinor?: bigint;
  /** Whether a date on a weekend moves to the Monday after it. */
  readonly businessDays: boolean;
  /** Off the total, when all of it is paid within so many days of the approval. */
  readonly earlyDiscount: { readonly percentage: Decimal; readonly days: number } | null;
  readonly lateFee: LateFee | null;
  /** Days after its date on which a part is not yet missed. */
  readonly graceDays: number;
  /** Days before its date on which the customer is told of a part; 0 tells nobody. */
  readonly noticeDays: number;
  /** What a customer may owe in all, this plan included. */
  readonly creditLimit: Money | null;
  /** Whether the first part goes back to the customer when the plan is canceled. */
  readonly depositRefund:
    | { readonly kind: 'always' }
    | { readonly kind: 'never' }
    | { readonly kind: 'until_milestone'; readonly name: string };
  readonly releasesOrder: ReleaseRule;
  /** How a refund is shared out over what was paid; absent where the last payment gives first. */
  readonly refundOrder?: Exclude<RefundOrder, 'last_payment_first'>;
  /** So many missed parts make all that is left due at once; null never does. */
  readonly defaultAfter: number | null;
  /** How many parts may be moved to the end. */
  readonly skipsMax: number;
};

/** See `PlanTerms.stepMinor`. */
export function stepOf({ stepMinor = 1n }: Pick<PlanTerms, 'stepMinor'>): bigint {
  return stepMinor;
}

/** Fewer than an append may have events, so that a whole plan can be settled at once; five years of months. */
export const partsMax = 60;
export const daysMax = 3_650;
export const monthsMax = 120;
export const timesMax = 60;
export const milestoneLengthMax = 60;
