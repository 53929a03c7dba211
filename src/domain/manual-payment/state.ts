import type { CreditId, InvoiceId } from '../shared/ids.js';
import type { Instant } from '../shared/instant.js';
import type { Money } from '../shared/money.js';
import { subtract, sum } from '../shared/money.js';
import type { ManualPaymentDetails, ReversalCause } from './messages.js';

/** Part of the money that was set against an invoice. */
export type Application = {
  readonly applicationId: string;
  readonly invoiceId: InvoiceId;
  readonly amount: Money;
  readonly unapplied: Money;
};

type Existing = {
  readonly details: ManualPaymentDetails;
  readonly recordedAt: Instant;
  readonly recordedBy: string;
  readonly needsSecondPerson: boolean;
};

type Recorded = Existing & { readonly status: 'recorded' };
type RejectedPayment = Existing & { readonly status: 'rejected' };

type Received = Existing & {
  readonly verifiedBy: string;
  readonly applications: readonly Application[];
  readonly reversals: readonly {
    readonly reversalId: string;
    readonly applicationId: string;
    readonly amount: Money;
  }[];
  /** What became credit of the customer's. */
  readonly keptAsCredit: readonly { readonly creditId: CreditId; readonly amount: Money }[];
};
type Verified = Received & { readonly status: 'verified' };
type Reversed = Received & {
  readonly status: 'reversed';
  readonly cause: ReversalCause;
  readonly fee: Money | null;
};

export type ReceivedPayment = Verified | Reversed;
type ExistingManualPayment = Recorded | RejectedPayment | ReceivedPayment;
export type ManualPaymentState = { readonly status: 'absent' } | ExistingManualPayment;

export function standing({ amount, unapplied }: Application): Money {
  return subtract(amount, unapplied);
}

/** Set against invoices now. */
export function appliedOf(payment: ReceivedPayment): Money {
  return sum(payment.details.amount.currency, payment.applications.map(standing));
}

export function keptAsCreditOf(payment: ReceivedPayment): Money {
  return sum(
    payment.details.amount.currency,
    payment.keptAsCredit.map(({ amount }) => amount),
  );
}

/** Neither set against an invoice nor turned into credit. */
export function unappliedOf(payment: ReceivedPayment): Money {
  return subtract(subtract(payment.details.amount, appliedOf(payment)), keptAsCreditOf(payment));
}

/** Every business refusal of the manual payment decider, by its stable code. */
export type ManualPaymentRejection =
  | { readonly code: 'manual_payment_not_found' }
  | { readonly code: 'manual_payment_already_exists' }
  | { readonly code: 'manual_payment_wrong_status'; readonly status: string }
  /** Received after it was recorded, or of value before it was received. */
  | { readonly code: 'manual_payment_dates_contradict' }
  | { readonly code: 'amount_not_positive' }
  | { readonly code: 'currency_mismatch'; readonly expected: string }
  /** Another person than the one who recorded it has to verify it. */
  | { readonly code: 'approver_is_author' }
  /** Two people are needed, and nobody is known to hold this key. */
  | { readonly code: 'holder_required' }
  | { readonly code: 'application_exceeds_unapplied'; readonly unapplied: Money }
  | { readonly code: 'application_differs' }
  /** That credit was made of another amount of it. */
  | { readonly code: 'credit_differs' }
  | { readonly code: 'application_not_found' };
