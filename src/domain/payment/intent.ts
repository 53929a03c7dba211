import type { RefundId } from '../shared/ids.js';
import type { Instant } from '../shared/instant.js';
import type { Money } from '../shared/money.js';

/**
 * What the payment provider says of one payment at one moment. Snapshots arrive in any order and any number of
 * times: as answers to our own calls, as webhooks and as look-ups.
 */
export type IntentSnapshot = {
  readonly intentId: string;
  readonly status:
    | 'requires_payment_method'
    | 'requires_confirmation'
    | 'requires_action'
    | 'processing'
    | 'requires_capture'
    | 'succeeded'
    | 'canceled';
  readonly amount: Money;
  /** Total taken from the customer so far; zero until captured. */
  readonly received: Money;
  readonly chargeId: string | null;
  /** What the charge added to our balance at the provider, where that is known yet. */
  readonly balance: BalanceEntry | null;
  /** The latest attempt's refusal, where there was one. */
  readonly decline: Decline | null;
};

/** One line of our balance at the provider, in the currency it is settled in: net = gross - fee. */
export type BalanceEntry = {
  readonly balanceTransactionId: string;
  readonly gross: Money;
  readonly fee: Money;
};

/** Why a payment attempt did not go through, in the provider's stable codes. */
export type Decline = {
  /** `card_declined`, `expired_card`, `payment_intent_authentication_failure`, ... */
  readonly code: string;
  /** The issuer's reason under `card_declined`: `insufficient_funds`, `lost_card`, ... */
  readonly declineCode: string | null;
  /** In words that may be shown to the customer. */
  readonly message: string;
  /** The failed charge; null where the attempt ended before one was made. */
  readonly chargeId: string | null;
};

/** What the provider says of one refund at one moment. */
export type RefundSnapshot = {
  readonly providerRefundId: string;
  /** Ours, from the refund's metadata; null for a refund that was made outside. */
  readonly refundId: RefundId | null;
  readonly intentId: string;
  readonly status: 'pending' | 'requires_action' | 'succeeded' | 'failed' | 'canceled';
  readonly amount: Money;
  readonly failureReason: string | null;
};

/** An inquiry asks and takes nothing; it ends closed, or becomes a dispute. `prevented` was given back before it became one. */
export const disputeStatuses = [
  'inquiry',
  'inquiry_under_review',
  'needs_response',
  'under_review',
  'won',
  'lost',
  'inquiry_closed',
  'prevented',
] as const;
export type DisputeStatus = (typeof disputeStatuses)[number];

/** What the provider says of one dispute at one moment: the customer's bank asks about the charge, or takes it back. */
export type DisputeSnapshot = {
  readonly providerDisputeId: string;
  readonly intentId: string;
  readonly status: DisputeStatus;
  /** May be more than was captured. */
  readonly amount: Money;
  /** The bank's reason in the provider's word for it: `fraudulent`, `product_not_received`, ... */
  readonly reason: string;
  /** Until when evidence is taken; null where none is, or not any more. */
  readonly evidenceDueBy: Instant | null;
  /** What it did to our balance at the provider: below zero when it was taken, above when it came back. */
  readonly movements: readonly BalanceEntry[];
};

/** A definite no from the provider to a request of ours: it was not carried out and never will be. */
export type Refusal = { readonly code: string; readonly message: string };
