import type { ReferenceClaimRejection } from '../../../domain/manual-payment/reference-claim.js';
import type { ManualPaymentRejection } from '../../../domain/manual-payment/state.js';
import type { Money } from '../../../domain/shared/money.js';
import { format } from '../../../domain/shared/money.js';
import type { Problem, RejectionKinds } from '../shared/problem.js';
import { problemOfRejection } from '../shared/problem.js';

/** What is said of the invoice does not fit it. */
export type InvoiceMismatch =
  | { readonly code: 'invoice_of_another_customer' }
  | { readonly code: 'currency_mismatch'; readonly expected: string }
  | { readonly code: 'manual_payment_above_due'; readonly payable: Money };

type Rejection = ManualPaymentRejection | ReferenceClaimRejection | InvoiceMismatch;

const kinds: RejectionKinds<Rejection> = {
  manual_payment_not_found: 'resource_missing',
  manual_payment_already_exists: { status: 409, title: 'This manual payment exists with other details' },
  manual_payment_wrong_status: { status: 409, title: 'The manual payment does not take this in its status' },
  manual_payment_dates_contradict: { status: 422, title: 'The dates contradict each other' },
  amount_not_positive: { status: 422, title: 'The amount must be above zero' },
  currency_mismatch: { status: 422, title: 'The amount is in another currency' },
  approver_is_author: { status: 403, title: 'Another person has to verify it' },
  holder_required: { status: 403, title: 'Nobody is known to hold this API key' },
  application_exceeds_unapplied: { status: 422, title: 'The amount is above what is left of the payment' },
  application_differs: { status: 409, title: 'This was told before, with another amount' },
  credit_differs: { status: 409, title: 'This credit was made of another amount' },
  application_not_found: { status: 422, title: 'There is no such application' },
  invoice_of_another_customer: { status: 422, title: 'The invoice is of another customer' },
  manual_payment_above_due: { status: 422, title: 'The amount is above what the invoice asks for' },
  possible_duplicate: { status: 409, title: 'A payment with this reference, amount and date exists' },
};

export function problemOfManualPaymentRejection(rejection: Rejection): Problem {
  const members = rejection.code === 'possible_duplicate' ? { possible_duplicates: rejection.of } : {};
  return problemOfRejection(kinds, rejection, { detail: detailOf(rejection), members });
}

function detailOf(rejection: Rejection): string {
  switch (rejection.code) {
    case 'manual_payment_not_found':
      return 'There is no such manual payment.';
    case 'manual_payment_already_exists':
      return 'The same id stands for something else already.';
    case 'manual_payment_wrong_status':
      return `The manual payment is ${rejection.status}.`;
    case 'manual_payment_dates_contradict':
      return 'It is received no later than today, and of value no earlier than received.';
    case 'amount_not_positive':
      return 'The amount must be at least 1 minor unit.';
    case 'currency_mismatch':
      return `${rejection.expected} is expected.`;
    case 'approver_is_author':
      return 'It is of an amount that a person other than the one who recorded it verifies, with a key of their own.';
    case 'holder_required':
      return 'Two people are needed for this amount: use an API key that was made for a person.';
    case 'application_exceeds_unapplied':
      return `${format(rejection.unapplied)} is left.`;
    case 'application_differs':
    case 'credit_differs':
      return 'The same id stands for another amount.';
    case 'application_not_found':
      return 'Nothing was applied under this id.';
    case 'invoice_of_another_customer':
      return 'Name the customer that the invoice was issued to.';
    case 'manual_payment_above_due':
      return `${format(rejection.payable)} may still be paid. If more came in, send allow_overpayment: true.`;
    case 'possible_duplicate':
      return 'Look at the payments named here. If this is another one, send allow_duplicate: true.';
  }
}
