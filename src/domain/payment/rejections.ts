import type { Decision } from '../shared/decider.js';
import { rejected } from '../shared/decider.js';
import type { Money } from '../shared/money.js';

/** Every business refusal of the payment decider, by its stable code. */
export type PaymentRejection =
  | { readonly code: 'payment_not_found' }
  | { readonly code: 'payment_already_exists' }
  | {
      readonly code:
        | 'payment_not_confirmable'
        | 'payment_not_capturable'
        | 'payment_not_cancelable'
        | 'payment_not_refundable';
      readonly status: string;
    }
  /** A request to the provider is under way and its outcome is not known yet. */
  | { readonly code: 'payment_operation_in_progress'; readonly status: string }
  | { readonly code: 'amount_not_positive' }
  | { readonly code: 'currency_mismatch'; readonly expected: string }
  | { readonly code: 'capture_exceeds_authorization'; readonly capturable: Money }
  | { readonly code: 'refund_exceeds_captured'; readonly refundable: Money }
  | { readonly code: 'refund_already_exists' }
  | { readonly code: 'refund_not_found' }
  | { readonly code: 'refund_wrong_status' | 'refund_not_cancelable'; readonly status: string }
  /** The provider was asked for the refund, or to cancel it, and has not answered yet. */
  | { readonly code: 'refund_operation_in_progress' }
  /** Two people are needed, and nobody is known to hold the key. */
  | { readonly code: 'holder_required' }
  | { readonly code: 'approver_is_author' }
  | { readonly code: 'refund_reason_required' }
  /** The provider speaks of another intent, amount or outcome than ours: for a person to look at. */
  | { readonly code: 'provider_contradicts_history'; readonly detail: string };

/** What the provider says cannot be true together with the history. */
export function contradiction(detail: string): Decision<never, PaymentRejection> {
  return rejected({ code: 'provider_contradicts_history', detail });
}
