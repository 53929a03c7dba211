import type { Money } from '../shared/money.js';
import type { ContentRefusal } from './check-content.js';
import type { CreditRefusal } from './credit-note.js';

/** Every business refusal of the invoice decider, by its stable code. */
export type InvoiceRejection =
  | ContentRefusal
  | CreditRefusal
  | { readonly code: 'invoice_not_found' }
  | { readonly code: 'invoice_already_exists' }
  | {
      readonly code:
        | 'invoice_not_draft'
        | 'invoice_not_sendable'
        | 'invoice_not_open'
        | 'invoice_not_voidable'
        | 'invoice_not_creditable';
      readonly status: string;
    }
  | { readonly code: 'due_before_issue' }
  /** The series holds another number for this document: for a person to look at. */
  | { readonly code: 'number_contradicts_history'; readonly number: string }
  | { readonly code: 'invoice_already_being_collected'; readonly collectionId: string }
  | { readonly code: 'collection_not_found' }
  | { readonly code: 'collection_already_exists' }
  | { readonly code: 'collection_already_ended' }
  /** What is due is less; the rest belongs elsewhere, such as in the customer's credit. */
  | { readonly code: 'payment_exceeds_due'; readonly due: Money }
  /** Somebody paid, or took something back, since the amount was chosen. */
  | { readonly code: 'invoice_due_changed'; readonly due: Money }
  | { readonly code: 'application_not_found' }
  | { readonly code: 'application_already_exists' }
  | { readonly code: 'reversal_already_exists' }
  | { readonly code: 'reversal_exceeds_applied'; readonly reversible: Money }
  | { readonly code: 'invoice_not_paid' }
  | { readonly code: 'refund_exceeds_paid'; readonly left: Money }
  | { readonly code: 'invoice_refund_already_exists' }
  | { readonly code: 'invoice_refund_not_found' }
  /** What the card will give back is not known yet. */
  | { readonly code: 'invoice_refund_in_progress'; readonly invoiceRefundId: string }
  | { readonly code: 'invoice_has_payments'; readonly applied: Money }
  /** Payments hold more of the total than the credit note would leave; they go back first. */
  | { readonly code: 'credit_note_exceeds_due'; readonly due: Money }
  | { readonly code: 'credit_note_in_progress' }
  | { readonly code: 'credit_note_not_found' }
  | { readonly code: 'credit_note_already_exists' };
