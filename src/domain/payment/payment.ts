import type { Decider, Decision } from '../shared/decider.js';
import { accepted, nothingToDo, rejected } from '../shared/decider.js';
import { compare, equals, isPositive } from '../shared/money.js';
import type { PaymentCommand, PaymentCommandOf } from './commands.js';
import { observeDispute } from './dispute.js';
import type { PaymentDetails, PaymentEvent } from './events.js';
import { evolve } from './evolve.js';
import { observeIntent } from './observe-intent.js';
import { keepAsCredit, observeRefund, recordRefundRefused, requestRefund } from './refund.js';
import { approveRefund, rejectRefund } from './refund-approval.js';
import { cancelRefund, recordRefundCancelRefused } from './refund-cancel.js';
import type { PaymentRejection } from './rejections.js';
import type { PaymentState } from './state.js';

type PaymentDecision = Decision<PaymentEvent, PaymentRejection>;

/** The rules of one payment and its refunds, from creation to the last refund. */
export const payment: Decider<PaymentState, PaymentCommand, PaymentEvent, PaymentRejection> = {
  initialState: { status: 'absent' },
  decide,
  evolve,
};

function decide(state: PaymentState, command: PaymentCommand): PaymentDecision {
  switch (command.type) {
    case 'CreatePayment':
      return create(state, command);
    case 'ConfirmPayment':
      return confirm(state, command);
    case 'CapturePayment':
      return capture(state, command);
    case 'CancelPayment':
      return cancel(state, command);
    case 'RequestRefund':
      return requestRefund(state, command);
    case 'ApproveRefund':
      return approveRefund(state, command);
    case 'RejectRefund':
      return rejectRefund(state, command);
    case 'CancelRefund':
      return cancelRefund(state, command);
    case 'KeepPaymentAsCredit':
      return keepAsCredit(state, command);
    case 'ObserveIntent':
      return observeIntent(state, command);
    case 'ObserveRefund':
      return observeRefund(state, command);
    case 'ObserveDispute':
      return observeDispute(state, command);
    case 'RecordConfirmRefused':
      return recordConfirmRefused(state, command);
    case 'RecordCaptureRefused':
      return recordCaptureRefused(state, command);
    case 'RecordCancelRefused':
      return recordCancelRefused(state, command);
    case 'RecordRefundRefused':
      return recordRefundRefused(state, command);
    case 'RecordRefundCancelRefused':
      return recordRefundCancelRefused(state, command);
  }
}

function create(state: PaymentState, command: PaymentCommandOf<'CreatePayment'>): PaymentDecision {
  const { at, details, confirmWith, payer } = command;
  if (state.status !== 'absent') {
    return sameDetails(state.details, details) ? nothingToDo : rejected({ code: 'payment_already_exists' });
  }
  if (!isPositive(details.amount)) return rejected({ code: 'amount_not_positive' });
  const created: PaymentEvent = { type: 'PaymentCreated', at, ...details };
  if (confirmWith === null) return accepted(created);
  return accepted<PaymentEvent>(created, {
    type: 'PaymentConfirmRequested',
    at,
    attempt: 1,
    paymentMethod: confirmWith,
    ...(payer === undefined ? {} : { payer }),
  });
}

function confirm(state: PaymentState, command: PaymentCommandOf<'ConfirmPayment'>): PaymentDecision {
  switch (state.status) {
    case 'absent':
      return rejected({ code: 'payment_not_found' });
    case 'confirming':
      return rejected({ code: 'payment_operation_in_progress', status: state.status });
    case 'requires_action':
    case 'processing':
    case 'authorized':
    case 'capturing':
    case 'canceling':
    case 'captured':
    case 'canceled':
    case 'failed':
      return rejected({ code: 'payment_not_confirmable', status: state.status });
    case 'requires_payment_method':
      return accepted({
        type: 'PaymentConfirmRequested',
        at: command.at,
        attempt: state.attempts.count + 1,
        paymentMethod: command.paymentMethod,
        ...(command.payer === undefined ? {} : { payer: command.payer }),
      });
  }
}

function capture(state: PaymentState, command: PaymentCommandOf<'CapturePayment'>): PaymentDecision {
  switch (state.status) {
    case 'absent':
      return rejected({ code: 'payment_not_found' });
    case 'capturing':
    case 'confirming':
      return rejected({ code: 'payment_operation_in_progress', status: state.status });
    case 'requires_payment_method':
    case 'requires_action':
    case 'processing':
    case 'canceling':
    case 'captured':
    case 'canceled':
    case 'failed':
      return rejected({ code: 'payment_not_capturable', status: state.status });
    case 'authorized': {
      const amount = command.amount ?? state.authorized;
      if (amount.currency !== state.authorized.currency) {
        return rejected({ code: 'currency_mismatch', expected: state.authorized.currency });
      }
      if (!isPositive(amount)) return rejected({ code: 'amount_not_positive' });
      if (compare(amount, state.authorized) > 0) {
        return rejected({ code: 'capture_exceeds_authorization', capturable: state.authorized });
      }
      return accepted({ type: 'PaymentCaptureRequested', at: command.at, amount });
    }
  }
}

function cancel(state: PaymentState, command: PaymentCommandOf<'CancelPayment'>): PaymentDecision {
  switch (state.status) {
    case 'absent':
      return rejected({ code: 'payment_not_found' });
    case 'canceled':
      return nothingToDo;
    case 'confirming':
    case 'capturing':
    case 'canceling':
      return rejected({ code: 'payment_operation_in_progress', status: state.status });
    case 'captured':
    case 'failed':
      return rejected({ code: 'payment_not_cancelable', status: state.status });
    case 'requires_payment_method':
      // The provider knows nothing of this payment yet, so there is nobody to ask.
      if (state.attempts.intentId === null) {
        return accepted({
          type: 'PaymentCanceled',
          at: command.at,
          intentId: null,
          released: { ...state.details.amount, minor: 0n },
        });
      }
      return accepted({ type: 'PaymentCancelRequested', at: command.at });
    case 'requires_action':
    case 'processing':
    case 'authorized':
      return accepted({ type: 'PaymentCancelRequested', at: command.at });
  }
}

function recordConfirmRefused(
  state: PaymentState,
  command: PaymentCommandOf<'RecordConfirmRefused'>,
): PaymentDecision {
  if (state.status === 'absent') return rejected({ code: 'payment_not_found' });
  const concluded = state.status !== 'confirming' || state.attempts.count !== command.attempt;
  if (concluded) return nothingToDo;
  const { at, attempt, refusal, final } = command;
  if (final) return accepted({ type: 'PaymentFailed', at, ...refusal });
  return accepted({
    type: 'PaymentDeclined',
    at,
    attempt,
    intentId: state.attempts.intentId,
    ...refusal,
    declineCode: null,
    chargeId: null,
  });
}

function recordCaptureRefused(
  state: PaymentState,
  command: PaymentCommandOf<'RecordCaptureRefused'>,
): PaymentDecision {
  if (state.status === 'absent') return rejected({ code: 'payment_not_found' });
  if (state.status !== 'capturing') return nothingToDo;
  return accepted({ type: 'PaymentCaptureRefused', at: command.at, ...command.refusal });
}

function recordCancelRefused(
  state: PaymentState,
  command: PaymentCommandOf<'RecordCancelRefused'>,
): PaymentDecision {
  if (state.status === 'absent') return rejected({ code: 'payment_not_found' });
  if (state.status !== 'canceling') return nothingToDo;
  return accepted({ type: 'PaymentCancelRefused', at: command.at, ...command.refusal });
}

function sameDetails(a: PaymentDetails, b: PaymentDetails): boolean {
  const names = Object.keys(a.metadata);
  return (
    a.paymentId === b.paymentId &&
    equals(a.amount, b.amount) &&
    a.captureMethod === b.captureMethod &&
    a.customerId === b.customerId &&
    a.orderId === b.orderId &&
    a.description === b.description &&
    a.collectionId === b.collectionId &&
    names.length === Object.keys(b.metadata).length &&
    names.every((name) => a.metadata[name] === b.metadata[name])
  );
}
