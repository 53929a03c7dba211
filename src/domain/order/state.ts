import type { CivilDate } from '../shared/civil-date.js';
import type { Instant } from '../shared/instant.js';
import type { Money } from '../shared/money.js';
import type { TermsRefusal } from '../shared/plan-schedule.js';
import type { PlanTerms } from '../shared/plan-terms.js';
import type { OrderDetails } from './messages.js';

type Existing = { readonly details: OrderDetails; readonly openedAt: Instant };

/** Its total may still be any, or none. */
export type UnapprovedOrder = Existing & {
  readonly status: 'configuring' | 'analyzing' | 'reviewing';
  readonly total: Money | null;
};

export type ApprovedOrder = Existing & {
  readonly status: 'payment_pending' | 'paid' | 'in_progress' | 'completed';
  readonly total: Money;
  readonly terms: PlanTerms;
  readonly approvedOn: CivilDate;
  readonly zone: string;
  /** How often its total was amended. */
  readonly changes: number;
  /** Null until it is paid: with terms that release it at approval, work and even its completion may come first. */
  readonly settled: Money | null;
};

/** Canceled from there: what had been agreed and paid stays known. */
type CanceledOrder = Existing & {
  readonly status: 'canceled';
  readonly from: UnapprovedOrder | ApprovedOrder;
};

export type ExistingOrder = UnapprovedOrder | ApprovedOrder | CanceledOrder;
export type OrderState = { readonly status: 'absent' } | ExistingOrder;

export function isApproved(state: ExistingOrder): state is ApprovedOrder {
  switch (state.status) {
    case 'payment_pending':
    case 'paid':
    case 'in_progress':
    case 'completed':
      return true;
    case 'configuring':
    case 'analyzing':
    case 'reviewing':
    case 'canceled':
      return false;
  }
}

/** Every business refusal of the order decider, by its stable code. */
export type OrderRejection =
  | TermsRefusal
  | { readonly code: 'order_not_found' }
  | { readonly code: 'order_already_exists' }
  | { readonly code: 'order_transition_refused'; readonly from: string; readonly to: string }
  | { readonly code: 'order_without_total' }
  | { readonly code: 'order_total_not_amendable'; readonly status: string }
  | { readonly code: 'order_total_below_settled'; readonly settled: Money }
  | { readonly code: 'order_not_paid' }
  | { readonly code: 'order_not_covered'; readonly required: Money }
  | { readonly code: 'amount_not_positive' };
