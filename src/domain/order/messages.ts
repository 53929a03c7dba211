import type { CivilDate } from '../shared/civil-date.js';
import type { Currency } from '../shared/currency.js';
import type { CustomerId, OrderId } from '../shared/ids.js';
import type { Instant } from '../shared/instant.js';
import type { Money } from '../shared/money.js';
import type { PlanTerms } from '../shared/plan-terms.js';

/** What is true of an order from its opening on. */
export type OrderDetails = {
  readonly orderId: OrderId;
  readonly customerId: CustomerId;
  readonly currency: Currency;
  readonly description: string | null;
  readonly metadata: Readonly<Record<string, string>>;
};

/** Commands carry the instant and every date and id: nothing is fetched while deciding. */
export type OrderCommand = { readonly at: Instant } & (
  | { readonly type: 'OpenOrder'; readonly details: OrderDetails; readonly total: Money | null }
  | { readonly type: 'SetOrderTotal'; readonly total: Money }
  /** A `total` is set, or amended, together with the step; null leaves it. */
  | { readonly type: 'StartOrderAnalysis'; readonly total: Money | null }
  | { readonly type: 'StartOrderReview'; readonly total: Money | null }
  /** `approvedOn` is the date from which the terms count, in the IANA zone that the order is paid in. */
  | {
      readonly type: 'ApproveOrder';
      readonly total: Money | null;
      readonly terms: PlanTerms;
      readonly approvedOn: CivilDate;
      readonly zone: string;
    }
  | {
      readonly type: 'MarkOrderPaid';
      /** Set against the order's invoices now. */
      readonly settled: Money;
      /** Not asked for any more of what the total came to, such as a discount for paying early. */
      readonly forgiven: Money;
      /** What the first part came to, once it is settled; null until then. */
      readonly deposit: Money | null;
    }
  | { readonly type: 'StartOrderWork'; readonly total: Money | null }
  | { readonly type: 'CompleteOrder' }
  | { readonly type: 'CancelOrder' }
);

export type OrderCommandOf<T extends OrderCommand['type']> = Extract<OrderCommand, { type: T }>;

/** Facts of one order. `at` is when the fact was decided. */
export type OrderEvent = { readonly at: Instant } & (
  | ({ readonly type: 'OrderOpened' } & OrderDetails)
  | { readonly type: 'OrderTotalSet'; readonly total: Money }
  | { readonly type: 'OrderAnalysisStarted' }
  | { readonly type: 'OrderReviewStarted' }
  | {
      readonly type: 'OrderApproved';
      readonly total: Money;
      readonly terms: PlanTerms;
      readonly approvedOn: CivilDate;
      readonly zone: string;
    }
  /** The total changed after the approval: a change order. */
  | {
      readonly type: 'OrderTotalAmended';
      readonly from: Money;
      readonly to: Money;
      /** Counts the changes from 1; absent in what was stored before it was told. */
      readonly change?: number;
    }
  /** What is settled covers the total, or the first part where the terms say so. Told once in an order's life. */
  | { readonly type: 'OrderPaid'; readonly settled: Money }
  | { readonly type: 'OrderWorkStarted' }
  | { readonly type: 'OrderCompleted' }
  /** `settled` is what had been paid when the order was marked so; null where it was not. */
  | { readonly type: 'OrderCanceled'; readonly settled: Money | null }
);
