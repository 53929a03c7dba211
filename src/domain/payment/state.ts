import type { CreditId, RefundId } from '../shared/ids.js';
import type { Instant } from '../shared/instant.js';
import type { Money } from '../shared/money.js';
import { add, equals, subtract, sum, zero } from '../shared/money.js';
import type { RefundReason } from '../shared/refund-reason.js';
import type { PaymentDetails } from './events.js';
import type { BalanceEntry, Decline, DisputeStatus, Refusal } from './intent.js';

/** What every payment carries once it exists. */
type Existing = {
  readonly details: PaymentDetails;
  readonly createdAt: Instant;
  readonly attempts: Attempts;
};

export type Attempts = {
  /** How many times we asked the provider to confirm. */
  readonly count: number;
  /** The provider's intent; null until the provider told us of one. */
  readonly intentId: string | null;
  readonly lastDecline: Decline | null;
  /** Charges whose decline is recorded, so that old news of one is recognised. */
  readonly declinedCharges: readonly string[];
  /** How often the provider refused to cancel it as it stands now, and when last; null when it never did. */
  readonly cancelRefusals: Refusals | null;
};

/** Answers of no to one and the same question. */
export type Refusals = { readonly count: number; readonly lastAt: Instant };

type AwaitingMethod = Existing & { readonly status: 'requires_payment_method' };
type Confirming = Existing & { readonly status: 'confirming'; readonly paymentMethod: string };
type AwaitingAction = Existing & { readonly status: 'requires_action' };
type Processing = Existing & { readonly status: 'processing' };
export type Authorized = Existing & {
  readonly status: 'authorized';
  readonly authorized: Money;
  readonly chargeId: string | null;
};
type Capturing = Omit<Authorized, 'status'> & {
  readonly status: 'capturing';
  readonly requested: Money;
  /** Tells this request from one that was refused before. */
  readonly requestedAt: Instant;
};

/** Before the money is taken, and with no request of ours to end it. */
export type Cancelable = AwaitingMethod | AwaitingAction | Processing | Authorized;
type Canceling = Existing & {
  readonly status: 'canceling';
  readonly from: Cancelable;
  readonly requestedAt: Instant;
};

export type Captured = Existing & {
  readonly status: 'captured';
  readonly chargeId: string | null;
  readonly authorized: Money;
  readonly captured: Money;
  readonly fee: BalanceEntry | null;
  readonly refunds: readonly Refund[];
  /** What became credit of the customer's. */
  readonly keptAsCredit: readonly KeptCredit[];
  readonly disputes: readonly Dispute[];
};
/** A separate axis: refunds and what disputes took may together be more than was captured. */
export type Dispute = {
  readonly providerDisputeId: string;
  readonly amount: Money;
  readonly disputeReason: string;
  readonly openedAt: Instant;
  readonly evidenceDueBy: Instant | null;
  readonly status: DisputeStatus;
  /** Each line of our balance at the provider once; below zero where the money came back. */
  readonly movements: readonly { readonly balanceTransactionId: string; readonly taken: Money }[];
};
type KeptCredit = {
  readonly creditId: CreditId;
  readonly amount: Money;
  /** Of it, what was refunded at the provider all the same. */
  readonly refunded: Money;
};
type Canceled = Existing & { readonly status: 'canceled' };
type Failed = Existing & { readonly status: 'failed'; readonly refusal: Refusal };

export type PaymentState =
  | { readonly status: 'absent' }
  | AwaitingMethod
  | Confirming
  | AwaitingAction
  | Processing
  | Authorized
  | Capturing
  | Canceling
  | Captured
  | Canceled
  | Failed;

export type ExistingPayment = Exclude<PaymentState, { readonly status: 'absent' }>;

export type Refund = {
  readonly refundId: RefundId;
  readonly amount: Money;
  readonly refundReason: RefundReason | null;
  readonly requestedAt: Instant;
  readonly providerRefundId: string | null;
  readonly failureReason: string | null;
  /** Null where one person was enough. */
  readonly approval: RefundApproval | null;
  /** Set while the provider is asked to cancel it; tells this request from one that was refused before. */
  readonly cancelRequestedAt: Instant | null;
  readonly status:
    | 'requires_approval'
    | 'rejected'
    | 'requested'
    | 'pending'
    | 'succeeded'
    | 'failed'
    | 'canceled'
    | 'refused';
};

type RefundApproval = {
  readonly requestedBy: string;
  /** Who approved or rejected it; null while it waits. */
  readonly decidedBy: string | null;
};

/**
 * Holds part of the captured money, or may: a refund in doubt counts until it is known to have failed, and one that waits for
 * approval until it is rejected.
 */
function holdsMoney({ status }: Refund): boolean {
  return (
    status === 'requires_approval' || status === 'requested' || status === 'pending' || status === 'succeeded'
  );
}

/** Captured minus every refund that took money or still may, and what became credit. */
export function refundable(payment: Captured): Money {
  const held = [...payment.refunds.filter(holdsMoney).map(({ amount }) => amount), kept(payment)];
  return held.reduce(subtract, payment.captured);
}

/** How often the provider refused to give this very amount back, and when it was last asked for; null when it never did. */
export function refusalsOf(payment: Captured, amount: Money): Refusals | null {
  const refused = payment.refunds.filter((one) => one.status === 'refused' && equals(one.amount, amount));
  const last = refused.at(-1);
  return last === undefined ? null : { count: refused.length, lastAt: last.requestedAt };
}

/** What is credit of the customer's now. */
export function kept({ captured, keptAsCredit }: Captured): Money {
  return sum(
    captured.currency,
    keptAsCredit.map((one) => subtract(one.amount, one.refunded)),
  );
}

/** What went back, or may, without a second person. */
export function refundedAlone(payment: Captured): Money {
  return payment.refunds
    .filter((refund) => holdsMoney(refund) && refund.approval === null)
    .reduce((total, refund) => add(total, refund.amount), zero(payment.captured.currency));
}

/** What the provider took on and did not give back: pending and succeeded refunds. */
export function refunded(payment: Captured): Money {
  return payment.refunds
    .filter((refund) => refund.status === 'pending' || refund.status === 'succeeded')
    .reduce((total, refund) => add(total, refund.amount), zero(payment.captured.currency));
}
