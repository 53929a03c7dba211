import type { PaymentRejection } from '../../../domain/payment/rejections.js';
import { format } from '../../../domain/shared/money.js';
import type { Problem, RejectionKinds } from '../shared/problem.js';
import { problemOfRejection } from '../shared/problem.js';

const kinds: RejectionKinds<PaymentRejection> = {
  payment_not_found: 'resource_missing',
  refund_not_found: 'resource_missing',
  payment_already_exists: { status: 409, title: 'This payment exists with other details' },
  payment_not_confirmable: { status: 409, title: 'The payment cannot be confirmed in its status' },
  payment_not_capturable: { status: 409, title: 'The payment cannot be captured in its status' },
  payment_not_cancelable: { status: 409, title: 'The payment cannot be canceled in its status' },
  payment_not_refundable: { status: 409, title: 'The payment cannot be refunded in its status' },
  payment_operation_in_progress: {
    status: 409,
    title: 'An earlier request about this payment is under way',
    retryable: true,
  },
  amount_not_positive: { status: 422, title: 'The amount must be above zero' },
  currency_mismatch: { status: 422, title: 'The amount is in another currency than the payment' },
  capture_exceeds_authorization: { status: 422, title: 'The amount is above what was authorized' },
  refund_exceeds_captured: { status: 422, title: 'The amount is above what can be refunded' },
  refund_wrong_status: { status: 409, title: 'The refund does not wait for approval' },
  refund_not_cancelable: { status: 409, title: 'The refund cannot be canceled in its status' },
  refund_operation_in_progress: {
    status: 409,
    title: 'An earlier request about this refund is under way',
    retryable: true,
  },
  refund_reason_required: { status: 422, title: 'Say why the money is to go back' },
  holder_required: { status: 403, title: 'Nobody is known to hold this API key' },
  approver_is_author: { status: 403, title: 'Another person has to approve it' },
  refund_already_exists: { status: 409, title: 'This refund exists with another amount' },
  provider_contradicts_history: { status: 409, title: 'The provider and the history disagree' },
};

export function problemOfPaymentRejection(rejection: PaymentRejection): Problem {
  return problemOfRejection(kinds, rejection, { detail: detailOf(rejection) });
}

function detailOf(rejection: PaymentRejection): string {
  switch (rejection.code) {
    case 'payment_not_found':
      return 'There is no such payment.';
    case 'refund_not_found':
      return 'There is no such refund.';
    case 'payment_already_exists':
    case 'refund_already_exists':
      return 'The same id stands for something else already.';
    case 'payment_not_confirmable':
    case 'payment_not_capturable':
    case 'payment_not_cancelable':
    case 'payment_not_refundable':
      return `The payment is ${rejection.status}.`;
    case 'payment_operation_in_progress':
      return `The payment is ${rejection.status}: the provider has not answered yet. Ask again shortly.`;
    case 'amount_not_positive':
      return 'The amount must be at least 1 minor unit.';
    case 'currency_mismatch':
      return `The payment is in ${rejection.expected}.`;
    case 'capture_exceeds_authorization':
      return `At most ${format(rejection.capturable)} can be captured.`;
    case 'refund_exceeds_captured':
      return `At most ${format(rejection.refundable)} can be refunded.`;
    case 'refund_operation_in_progress':
      return 'The provider has not answered yet. Ask again shortly.';
    case 'refund_wrong_status':
    case 'refund_not_cancelable':
      return `The refund is ${rejection.status.replaceAll('_', ' ')}.`;
    case 'refund_reason_required':
      return 'Another person approves a refund of this amount, who must know why: send reason, or X-Reason.';
    case 'holder_required':
      return 'Two people are needed for this amount: use an API key that was made for a person.';
    case 'approver_is_author':
      return 'A person other than the one who asked for the refund approves it, with a key of their own.';
    case 'provider_contradicts_history':
      return rejection.detail;
  }
}
