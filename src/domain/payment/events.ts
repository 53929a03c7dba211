import type { CollectionId, CreditId, CustomerId, OrderId, PaymentId, RefundId } from '../shared/ids.js';
import type { Instant } from '../shared/instant.js';
import type { Money } from '../shared/money.js';
import type { RefundReason } from '../shared/refund-reason.js';
import type { BalanceEntry, Decline, Refusal } from './intent.js';

/** With `manual`, an authorization is held until it is captured, canceled or expired. */
export type CaptureMethod = 'automatic' | 'manual';

/** What is true of a payment from its creation on. */
export type PaymentDetails = {
  readonly paymentId: PaymentId;
  readonly amount: Money;
  readonly captureMethod: CaptureMethod;
  readonly customerId: CustomerId | null;
  readonly orderId: OrderId | null;
  readonly description: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  /** Set where the payment is a leg of a collection. */
  readonly collectionId?: CollectionId;
};

/** Who pays, as the provider knows the customer. Recorded, because a request is repeated byte for byte under its key. */
export type Payer = {
  readonly providerCustomerId: string;
  /** The customer is not there to authenticate: a saved payment method is charged. */
  readonly offSession: boolean;
};

/**
 * Facts of one payment and its refunds. `...Requested` is recorded before the provider is asked; the fact that follows
 * says what came of it. `at` is when the fact was decided here.
 */
export type PaymentEvent = { readonly at: Instant } & (
  | ({ readonly type: 'PaymentCreated' } & PaymentDetails)
  | {
      readonly type: 'PaymentConfirmRequested';
      readonly attempt: number;
      readonly paymentMethod: string;
      /** Absent where the provider does not know the customer. */
      readonly payer?: Payer;
    }
  | { readonly type: 'PaymentActionRequired'; readonly attempt: number; readonly intentId: string }
  | { readonly type: 'PaymentProcessingStarted'; readonly attempt: number; readonly intentId: string }
  | ({
      readonly type: 'PaymentDeclined';
      readonly attempt: number;
      readonly intentId: string | null;
    } & Decline)
  | {
      readonly type: 'PaymentAuthorized';
      readonly attempt: number;
      readonly intentId: string;
      readonly chargeId: string | null;
      readonly amount: Money;
    }
  | { readonly type: 'PaymentCaptureRequested'; readonly amount: Money }
  | ({ readonly type: 'PaymentCaptureRefused' } & Refusal)
  | {
      readonly type: 'PaymentCaptured';
      readonly chargeId: string | null;
      readonly amount: Money;
      /** The part of the authorization that was let go. */
      readonly released: Money;
    }
  /** `charged` is what the customer paid, in the payment's own currency. */
  | ({ readonly type: 'PaymentFeeRecorded'; readonly charged: Money } & BalanceEntry)
  | { readonly type: 'PaymentCancelRequested' }
  | ({ readonly type: 'PaymentCancelRefused' } & Refusal)
  | {
      readonly type: 'PaymentCanceled';
      /** Null when the provider never heard of the payment. */
      readonly intentId: string | null;
      readonly released: Money;
    }
  | ({ readonly type: 'PaymentFailed' } & Refusal)
  | {
      readonly type: 'RefundRequested';
      readonly refundId: RefundId;
      readonly amount: Money;
      readonly refundReason: RefundReason | null;
    }
  | {
      /** Another person is to approve it; nothing is asked of the provider until then, and the amount is kept for it. */
      readonly type: 'RefundApprovalRequested';
      readonly refundId: RefundId;
      readonly amount: Money;
      readonly refundReason: RefundReason | null;
      readonly requestedBy: string;
    }
  | {
      /** The provider is to be asked for what was approved, as after a `RefundRequested`. */
      readonly type: 'RefundApproved';
      readonly refundId: RefundId;
      readonly amount: Money;
      readonly approvedBy: string;
    }
  | {
      readonly type: 'RefundRejected';
      readonly refundId: RefundId;
      readonly amount: Money;
      readonly rejectedBy: string;
    }
  | ({ readonly type: 'RefundRefused'; readonly refundId: RefundId } & Refusal)
  | {
      /** The provider took the refund on: the money has left our balance there. */
      readonly type: 'RefundInitiated';
      readonly refundId: RefundId;
      readonly providerRefundId: string;
      readonly amount: Money;
    }
  | {
      /** A refund that was made at the provider, outside this system, and is a fact all the same. */
      readonly type: 'RefundAdopted';
      readonly refundId: RefundId;
      readonly providerRefundId: string;
      readonly amount: Money;
    }
  | { readonly type: 'RefundSucceeded'; readonly refundId: RefundId }
  | {
      /** The money came back to our balance; a refund can fail days after it succeeded. */
      readonly type: 'RefundFailed';
      readonly refundId: RefundId;
      readonly amount: Money;
      readonly failureReason: string;
    }
  | { readonly type: 'RefundCancelRequested'; readonly refundId: RefundId }
  | ({ readonly type: 'RefundCancelRefused'; readonly refundId: RefundId } & Refusal)
  | { readonly type: 'RefundCanceled'; readonly refundId: RefundId; readonly amount: Money }
  | {
      /** What is owed to the customer of it is credit now, whose grant follows, and can be refunded no more. */
      readonly type: 'PaymentKeptAsCredit';
      readonly creditId: CreditId;
      readonly amount: Money;
      readonly cause: KeptCause;
    }
  | {
      /** More was refunded at the provider than was left beside it: the money behind this much of the credit is gone. */
      readonly type: 'PaymentCreditRefunded';
      readonly creditId: CreditId;
      readonly amount: Money;
    }
  | {
      /** The customer's bank asks about the payment, or takes it back. */
      readonly type: 'DisputeOpened';
      readonly providerDisputeId: string;
      readonly amount: Money;
      readonly disputeReason: string;
      readonly stage: 'inquiry' | 'dispute';
      readonly evidenceDueBy: Instant | null;
    }
  | {
      /** The inquiry is a dispute now. */
      readonly type: 'DisputeEscalated';
      readonly providerDisputeId: string;
      readonly amount: Money;
      readonly evidenceDueBy: Instant | null;
    }
  | ({ readonly type: 'DisputeFundsWithdrawn' } & DisputedFunds)
  | ({ readonly type: 'DisputeFundsReinstated' } & DisputedFunds)
  /** Evidence was handed in at the provider, and the bank looks at it. */
  | { readonly type: 'DisputeAnswered'; readonly providerDisputeId: string }
  | {
      readonly type: 'DisputeClosed';
      readonly providerDisputeId: string;
      readonly amount: Money;
      readonly outcome: DisputeOutcome;
    }
);

/** `amount` in the payment's currency; `gross` and the fee, which is below zero where it came back, in that of the balance. */
type DisputedFunds = BalanceEntry & { readonly providerDisputeId: string; readonly amount: Money };

export const disputeOutcomes = ['won', 'lost', 'inquiry_closed', 'prevented'] as const;
export type DisputeOutcome = (typeof disputeOutcomes)[number];

/** Why: a refund came back, or what it had paid costs less now. */
export const keptCauses = ['refund_failed', 'less_due'] as const;
export type KeptCause = (typeof keptCauses)[number];

export type PaymentEventOf<T extends PaymentEvent['type']> = Extract<PaymentEvent, { type: T }>;
