import type { InvoiceRejection } from '../../../domain/invoice/rejections.js';
import { format } from '../../../domain/shared/money.js';
import type { Problem, RejectionKinds } from '../shared/problem.js';
import { problemOfRejection } from '../shared/problem.js';

const kinds: RejectionKinds<InvoiceRejection> = {
  invoice_not_found: 'resource_missing',
  credit_note_not_found: 'resource_missing',
  collection_not_found: 'resource_missing',
  application_not_found: 'resource_missing',
  invoice_already_exists: { status: 409, title: 'This invoice exists with another content' },
  invoice_not_draft: { status: 409, title: 'The invoice is issued and changes no more' },
  invoice_not_sendable: { status: 409, title: 'The invoice cannot be sent in its status' },
  invoice_not_open: { status: 409, title: 'The invoice is not open' },
  invoice_not_voidable: { status: 409, title: 'The invoice cannot be voided in its status' },
  invoice_not_creditable: { status: 409, title: 'The invoice cannot be credited in its status' },
  invoice_has_payments: { status: 409, title: 'Payments are applied to the invoice' },
  invoice_not_paid: { status: 409, title: 'The invoice is not paid' },
  invoice_refund_not_found: 'resource_missing',
  invoice_refund_already_exists: { status: 409, title: 'This refund exists with other details' },
  invoice_refund_in_progress: {
    status: 409,
    title: 'A refund of the invoice is under way',
    retryable: true,
  },
  refund_exceeds_paid: { status: 422, title: 'The amount is above what is left of the payments' },
  invoice_already_being_collected: {
    status: 409,
    title: 'A collection has this invoice to itself',
    retryable: true,
  },
  number_contradicts_history: { status: 409, title: 'The series and the invoice disagree about a number' },
  collection_already_exists: { status: 409, title: 'This collection exists with another amount' },
  collection_already_ended: { status: 409, title: 'This collection is over' },
  application_already_exists: { status: 409, title: 'This payment was applied with other details' },
  reversal_already_exists: { status: 409, title: 'This reversal exists with other details' },
  credit_note_already_exists: { status: 409, title: 'This credit note exists with other details' },
  credit_note_in_progress: {
    status: 409,
    title: 'A credit note waits for its number',
    retryable: true,
  },
  invoice_without_lines: { status: 422, title: 'An invoice has at least one line' },
  too_many_lines: { status: 422, title: 'The invoice has too many lines' },
  too_many_tax_rates: { status: 422, title: 'The invoice has too many different tax rates' },
  quantity_not_positive: { status: 422, title: 'A quantity must be above zero' },
  unit_price_negative: { status: 422, title: 'A price must not be negative' },
  tax_rate_given_twice: { status: 422, title: 'A line has the same tax rate twice' },
  period_reversed: { status: 422, title: 'A period ends before it begins' },
  percentage_out_of_range: { status: 422, title: 'A percentage is from 0 to 100' },
  discount_too_large: { status: 422, title: 'A discount is above what it is taken from' },
  amount_not_positive: { status: 422, title: 'The amount must be above zero' },
  amount_too_large: { status: 422, title: 'The invoice comes to more than can be shown exactly' },
  currency_mismatch: { status: 422, title: 'The amount is in another currency than the invoice' },
  due_days_out_of_range: { status: 422, title: 'An invoice falls due within ten years' },
  due_before_issue: { status: 422, title: 'The invoice would be due before it is issued' },
  payment_exceeds_due: { status: 422, title: 'The amount is above what is due' },
  invoice_due_changed: { status: 409, title: 'What is due has changed', retryable: true },
  reversal_exceeds_applied: { status: 422, title: 'The amount is above what is applied' },
  line_not_found: { status: 422, title: 'The invoice has no such line' },
  line_given_twice: { status: 422, title: 'A line is given twice' },
  credit_exceeds_invoice: { status: 422, title: 'The amount is above what can be credited' },
  credit_note_exceeds_due: { status: 422, title: 'Payments hold more than the credit note would leave' },
};

/** The problem for a refusal of the invoice decider. */
export function problemOfInvoiceRejection(rejection: InvoiceRejection): Problem {
  return problemOfRejection(kinds, rejection, { detail: detailOf(rejection) });
}

function detailOf(rejection: InvoiceRejection): string {
  switch (rejection.code) {
    case 'invoice_not_found':
      return 'There is no such invoice.';
    case 'credit_note_not_found':
      return 'There is no such credit note.';
    case 'collection_not_found':
      return 'There is no such collection of this invoice.';
    case 'application_not_found':
      return 'No such payment was applied to this invoice.';
    case 'invoice_already_exists':
    case 'collection_already_exists':
    case 'application_already_exists':
    case 'reversal_already_exists':
    case 'credit_note_already_exists':
    case 'invoice_refund_already_exists':
      return 'The same id stands for something else already.';
    case 'invoice_not_draft':
    case 'invoice_not_sendable':
    case 'invoice_not_open':
    case 'invoice_not_voidable':
    case 'invoice_not_creditable':
      return `The invoice is ${rejection.status}.`;
    case 'invoice_has_payments':
      return `Payments of ${format(rejection.applied)} are applied; take them back first.`;
    case 'invoice_not_paid':
      return 'There is no payment of this invoice that could go back.';
    case 'refund_exceeds_paid':
      return `At most ${format(rejection.left)} can go back.`;
    case 'invoice_refund_not_found':
      return 'There is no such refund of this invoice.';
    case 'invoice_refund_in_progress':
      return `Ask again when ${rejection.invoiceRefundId} has come to an end.`;
    case 'invoice_already_being_collected':
      return `Collection ${rejection.collectionId} is under way; ask again when it has ended.`;
    case 'collection_already_ended':
      return 'Start another collection.';
    case 'number_contradicts_history':
      return `The number is ${rejection.number} already.`;
    case 'credit_note_in_progress':
      return 'Ask again when the credit note has its number.';
    case 'invoice_without_lines':
      return 'Give at least one line.';
    case 'too_many_lines':
      return `Give at most ${rejection.atMost} lines.`;
    case 'too_many_tax_rates':
      return `Give at most ${rejection.atMost} different rates.`;
    case 'quantity_not_positive':
    case 'unit_price_negative':
    case 'tax_rate_given_twice':
    case 'period_reversed':
    case 'line_not_found':
    case 'line_given_twice':
      return `Look at line ${rejection.line}.`;
    case 'percentage_out_of_range':
      return `Look at ${placeOf(rejection.line)}.`;
    case 'discount_too_large':
      return `On ${placeOf(rejection.line)}, at most ${format(rejection.atMost)} can be taken off.`;
    case 'amount_not_positive':
      return 'Give an amount of at least 1 minor unit.';
    case 'amount_too_large':
      return 'Every amount must be at most 9007199254740991 minor units.';
    case 'currency_mismatch':
      return `The invoice is in ${rejection.expected}.`;
    case 'due_days_out_of_range':
      return 'Give from 0 to 3650 days.';
    case 'due_before_issue':
      return 'Revise the due date first.';
    case 'payment_exceeds_due':
      return `At most ${format(rejection.due)} is due.`;
    case 'invoice_due_changed':
      return `${format(rejection.due)} is due now.`;
    case 'reversal_exceeds_applied':
      return `At most ${format(rejection.reversible)} can be taken back.`;
    case 'credit_exceeds_invoice':
      return `On ${placeOf(rejection.line)}, at most ${format(rejection.creditable)} can be credited.`;
    case 'credit_note_exceeds_due':
      return `At most ${format(rejection.due)} can be credited now; payments that hold more go back first.`;
  }
}

function placeOf(line: number | null): string {
  return line === null ? 'the invoice' : `line ${line}`;
}
