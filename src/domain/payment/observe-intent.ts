import type { Decision } from '../shared/decider.js';
import { accepted, nothingToDo, rejected } from '../shared/decider.js';
import { compare, equals, isPositive, subtract } from '../shared/money.js';
import type { PaymentCommandOf } from './commands.js';
import type { PaymentEvent } from './events.js';
import { authorization } from './evolve.js';
import type { IntentSnapshot } from './intent.js';
import type { PaymentRejection } from './rejections.js';
import { contradiction } from './rejections.js';
import type { ExistingPayment, PaymentState } from './state.js';

type PaymentDecision = Decision<PaymentEvent, PaymentRejection>;
type ObserveIntent = PaymentCommandOf<'ObserveIntent'>;

/**
 * Merges what the provider says into the history. A snapshot moves a payment forward only: one that shows an earlier
 * step than the history is old news, whatever order the news came in. What cannot both be true is rejected for a
 * person to look at.
 */
export function observeIntent(state: PaymentState, command: ObserveIntent): PaymentDecision {
  if (state.status === 'absent') return rejected({ code: 'payment_not_found' });
  const { intent } = command;
  const known = state.attempts.intentId;
  if (known !== null && known !== intent.intentId) {
    return contradiction(`the payment has intent ${known}, the news is of ${intent.intentId}`);
  }
  if (!equals(intent.amount, state.details.amount)) {
    return contradiction(`the amount at the provider is ${intent.amount.minor} ${intent.amount.currency}`);
  }
  switch (intent.status) {
    case 'requires_confirmation':
      return nothingToDo;
    case 'requires_payment_method':
      return observeDecline(state, command);
    case 'requires_action':
    case 'processing':
      return observeUnderWay(state, command);
    case 'requires_capture':
      return observeAuthorized(state, command);
    case 'succeeded':
      return observeSucceeded(state, command);
    case 'canceled':
      return observeCanceled(state, command);
  }
}

/** The answer to an attempt that has been followed by another, or whose end is recorded. */
function isConcluded(state: ExistingPayment, attempt: number | null): boolean {
  if (attempt === null) return false;
  const { status } = state.status === 'canceling' ? state.from : state;
  return attempt < state.attempts.count || status === 'requires_payment_method';
}

function observeDecline(state: ExistingPayment, command: ObserveIntent): PaymentDecision {
  const { decline, intentId } = command.intent;
  if (decline === null || isConcluded(state, command.attempt)) return nothingToDo;
  if (decline.chargeId !== null && state.attempts.declinedCharges.includes(decline.chargeId)) {
    return nothingToDo;
  }
  const declined = accepted<PaymentEvent>({
    type: 'PaymentDeclined',
    at: command.at,
    attempt: state.attempts.count,
    intentId,
    ...decline,
  });
  const base = state.status === 'canceling' ? state.from : state;
  switch (base.status) {
    case 'confirming':
      // It may be of an attempt before, or of one that the customer made with the provider directly. What came of our own
      // request only its own answer can tell.
      return command.attempt === null ? nothingToDo : declined;
    case 'requires_action':
    case 'processing':
      return declined;
    case 'requires_payment_method':
      // An attempt that the customer made with the provider directly; one without a charge leaves no trace to tell by.
      return decline.chargeId === null ? nothingToDo : declined;
    case 'authorized':
    case 'capturing':
    case 'captured':
    case 'canceled':
    case 'failed':
      return nothingToDo;
  }
}

function observeUnderWay(state: ExistingPayment, command: ObserveIntent): PaymentDecision {
  if (isConcluded(state, command.attempt)) return nothingToDo;
  const { at, intent } = command;
  const { count: attempt } = state.attempts;
  const acting: PaymentDecision = accepted({
    type: 'PaymentActionRequired',
    at,
    attempt,
    intentId: intent.intentId,
  });
  const processing: PaymentDecision = accepted({
    type: 'PaymentProcessingStarted',
    at,
    attempt,
    intentId: intent.intentId,
  });
  const base = state.status === 'canceling' ? state.from : state;
  switch (base.status) {
    case 'requires_payment_method':
    case 'confirming':
      return intent.status === 'processing' ? processing : acting;
    case 'requires_action':
      return intent.status === 'processing' ? processing : nothingToDo;
    case 'processing':
    case 'authorized':
    case 'capturing':
    case 'captured':
    case 'canceled':
    case 'failed':
      return nothingToDo;
  }
}

function observeAuthorized(state: ExistingPayment, command: ObserveIntent): PaymentDecision {
  switch (state.status) {
    case 'requires_payment_method':
    case 'confirming':
    case 'requires_action':
    case 'processing':
      return accepted(authorizedBy(state, command));
    case 'canceling':
      return authorization(state) === undefined ? accepted(authorizedBy(state, command)) : nothingToDo;
    case 'authorized':
    case 'capturing':
    case 'captured':
    case 'canceled':
      return nothingToDo;
    case 'failed':
      return contradiction('a payment that was refused is authorized at the provider');
  }
}

function observeSucceeded(state: ExistingPayment, command: ObserveIntent): PaymentDecision {
  const { intent } = command;
  switch (state.status) {
    case 'requires_payment_method':
    case 'confirming':
    case 'requires_action':
    case 'processing':
    case 'authorized':
    case 'capturing':
    case 'canceling': {
      if (!isPositive(intent.received) || compare(intent.received, intent.amount) > 0) {
        return contradiction(`the provider received ${intent.received.minor} of ${intent.amount.minor}`);
      }
      const first = authorization(state) === undefined ? [authorizedBy(state, command)] : [];
      return accepted(...first, capturedBy(command), ...feeOf(command.at, intent));
    }
    case 'captured':
      if (!equals(intent.received, state.captured)) {
        return contradiction(`captured ${state.captured.minor} here, ${intent.received.minor} there`);
      }
      return state.fee === null ? accepted(...feeOf(command.at, intent)) : nothingToDo;
    case 'canceled':
    case 'failed':
      return contradiction(`a payment that is ${state.status} here has succeeded at the provider`);
  }
}

function observeCanceled(state: ExistingPayment, command: ObserveIntent): PaymentDecision {
  switch (state.status) {
    case 'requires_payment_method':
    case 'confirming':
    case 'requires_action':
    case 'processing':
    case 'authorized':
    case 'capturing':
    case 'canceling': {
      const released = authorization(state)?.authorized ?? { ...state.details.amount, minor: 0n };
      return accepted({
        type: 'PaymentCanceled',
        at: command.at,
        intentId: command.intent.intentId,
        released,
      });
    }
    case 'canceled':
      return nothingToDo;
    case 'captured':
    case 'failed':
      return contradiction(`a payment that is ${state.status} here is canceled at the provider`);
  }
}

function authorizedBy(state: ExistingPayment, command: ObserveIntent): PaymentEvent {
  const { at, intent } = command;
  return {
    type: 'PaymentAuthorized',
    at,
    attempt: state.attempts.count,
    intentId: intent.intentId,
    chargeId: intent.chargeId,
    amount: intent.amount,
  };
}

function capturedBy({ at, intent }: ObserveIntent): PaymentEvent {
  return {
    type: 'PaymentCaptured',
    at,
    chargeId: intent.chargeId,
    amount: intent.received,
    released: subtract(intent.amount, intent.received),
  };
}

function feeOf(at: ObserveIntent['at'], intent: IntentSnapshot): readonly PaymentEvent[] {
  return intent.balance === null
    ? []
    : [{ type: 'PaymentFeeRecorded', at, charged: intent.received, ...intent.balance }];
}
