import type { CreditId, RefundId } from '../shared/ids.js';
import type { Instant } from '../shared/instant.js';
import type { Money } from '../shared/money.js';
import type { Person } from '../shared/person.js';
import type { RefundReason } from '../shared/refund-reason.js';
import type { KeptCause, Payer, PaymentDetails } from './events.js';
import type { DisputeSnapshot, IntentSnapshot, RefundSnapshot, Refusal } from './intent.js';

/** Who asks for a refund, and from which amount on another person approves it. */
export type SecondPersonRule = {
  readonly by: Person;
  readonly from: Money;
  /** Whether they said why, which whoever approves must know. */
  readonly saysWhy: boolean;
};

/** Commands carry the instant and every id that they mint: nothing is fetched while deciding. */
export type PaymentCommand = { readonly at: Instant } & (
  | {
      readonly type: 'CreatePayment';
      readonly details: PaymentDetails;
      /** Asks for the first attempt at once, with this payment method of the provider. */
      readonly confirmWith: string | null;
      readonly payer?: Payer;
    }
  | { readonly type: 'ConfirmPayment'; readonly paymentMethod: string; readonly payer?: Payer }
  /** `amount` null takes the whole authorization. */
  | { readonly type: 'CapturePayment'; readonly amount: Money | null }
  | { readonly type: 'CancelPayment' }
  | {
      readonly type: 'RequestRefund';
      readonly refundId: RefundId;
      /** Null refunds all that is left. */
      readonly amount: Money | null;
      readonly refundReason: RefundReason | null;
      /** Null where nobody decides it but this program, which gives back what it took for nothing, and where no rule is set. */
      readonly secondPerson: SecondPersonRule | null;
    }
  | { readonly type: 'ApproveRefund'; readonly refundId: RefundId; readonly by: Person }
  | { readonly type: 'RejectRefund'; readonly refundId: RefundId; readonly by: Person }
  | { readonly type: 'CancelRefund'; readonly refundId: RefundId; readonly by: Person }
  /** As much of the amount as could still be refunded becomes the customer's credit, under that id. */
  | {
      readonly type: 'KeepPaymentAsCredit';
      readonly creditId: CreditId;
      readonly amount: Money;
      readonly cause: KeptCause;
    }
  /** `attempt` is set when the snapshot answers our own request of that attempt, null for all other news. */
  | { readonly type: 'ObserveIntent'; readonly intent: IntentSnapshot; readonly attempt: number | null }
  /** `adoptAs` names the refund if it turns out to have been made outside. */
  | { readonly type: 'ObserveRefund'; readonly refund: RefundSnapshot; readonly adoptAs: RefundId }
  | { readonly type: 'ObserveDispute'; readonly dispute: DisputeSnapshot }
  | {
      readonly type: 'RecordConfirmRefused';
      readonly attempt: number;
      readonly refusal: Refusal;
      /** True when no other payment method could succeed either. */
      readonly final: boolean;
    }
  | { readonly type: 'RecordCaptureRefused'; readonly refusal: Refusal }
  | { readonly type: 'RecordCancelRefused'; readonly refusal: Refusal }
  | { readonly type: 'RecordRefundRefused'; readonly refundId: RefundId; readonly refusal: Refusal }
  | { readonly type: 'RecordRefundCancelRefused'; readonly refundId: RefundId; readonly refusal: Refusal }
);

export type PaymentCommandOf<T extends PaymentCommand['type']> = Extract<PaymentCommand, { type: T }>;
