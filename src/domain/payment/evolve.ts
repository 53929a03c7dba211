import { impossible } from '../shared/corrupt-stream.js';
import { add, compare, zero } from '../shared/money.js';
import { evolveDispute } from './dispute.js';
import type { PaymentEvent, PaymentEventOf } from './events.js';
import { evolveRefund } from './refund.js';
import type { Attempts, Authorized, Cancelable, ExistingPayment, PaymentState } from './state.js';

/** Folds one fact into the state; an impossible pair stops the fold with `CorruptStream`. */
export function evolve(state: PaymentState, event: PaymentEvent): PaymentState {
  if (event.type === 'PaymentCreated') {
    if (state.status !== 'absent') return impossible(state.status, event.type);
    const { type: _type, at, ...details } = event;
    return {
      status: 'requires_payment_method',
      details,
      createdAt: at,
      attempts: { count: 0, intentId: null, lastDecline: null, declinedCharges: [], cancelRefusals: null },
    };
  }
  if (state.status === 'absent') return impossible(state.status, event.type);
  switch (event.type) {
    case 'PaymentConfirmRequested':
      if (state.status !== 'requires_payment_method') return impossible(state.status, event.type);
      return {
        ...existing(state),
        status: 'confirming',
        paymentMethod: event.paymentMethod,
        attempts: { ...state.attempts, count: event.attempt },
      };
    case 'PaymentActionRequired':
    case 'PaymentProcessingStarted':
    case 'PaymentDeclined':
    case 'PaymentAuthorized':
      return evolveAttempt(state, event);
    case 'PaymentCaptureRequested':
      if (state.status !== 'authorized') return impossible(state.status, event.type);
      return { ...state, status: 'capturing', requested: event.amount, requestedAt: event.at };
    case 'PaymentCaptureRefused': {
      if (state.status !== 'capturing') return impossible(state.status, event.type);
      const { requested: _requested, requestedAt: _requestedAt, ...rest } = state;
      return { ...rest, status: 'authorized' };
    }
    case 'PaymentCaptured':
      return evolveCaptured(state, event);
    case 'PaymentFeeRecorded': {
      if (state.status !== 'captured') return impossible(state.status, event.type);
      const { type: _type, at: _at, charged: _charged, ...fee } = event;
      return { ...state, fee };
    }
    case 'PaymentCancelRequested':
      if (!isCancelable(state)) return impossible(state.status, event.type);
      return { ...existing(state), status: 'canceling', from: state, requestedAt: event.at };
    case 'PaymentCancelRefused': {
      if (state.status !== 'canceling') return impossible(state.status, event.type);
      const { attempts } = state.from;
      const cancelRefusals = { count: (attempts.cancelRefusals?.count ?? 0) + 1, lastAt: event.at };
      return { ...state.from, attempts: { ...attempts, cancelRefusals } };
    }
    case 'PaymentCanceled':
      if (state.status === 'captured' || state.status === 'failed' || state.status === 'canceled') {
        return impossible(state.status, event.type);
      }
      return {
        ...existing(state),
        attempts: { ...state.attempts, intentId: event.intentId },
        status: 'canceled',
      };
    case 'PaymentFailed':
      if (state.status !== 'confirming') return impossible(state.status, event.type);
      return { ...existing(state), status: 'failed', refusal: { code: event.code, message: event.message } };
    case 'RefundRequested':
    case 'RefundApprovalRequested':
    case 'RefundApproved':
    case 'RefundRejected':
    case 'RefundRefused':
    case 'RefundInitiated':
    case 'RefundAdopted':
    case 'RefundSucceeded':
    case 'RefundFailed':
    case 'RefundCancelRequested':
    case 'RefundCancelRefused':
    case 'RefundCanceled':
      if (state.status !== 'captured') return impossible(state.status, event.type);
      return { ...state, refunds: evolveRefund(state.refunds, event) };
    case 'DisputeOpened':
    case 'DisputeEscalated':
    case 'DisputeFundsWithdrawn':
    case 'DisputeFundsReinstated':
    case 'DisputeAnswered':
    case 'DisputeClosed':
      if (state.status !== 'captured') return impossible(state.status, event.type);
      return { ...state, disputes: evolveDispute(state.disputes, event) };
    case 'PaymentKeptAsCredit': {
      if (state.status !== 'captured') return impossible(state.status, event.type);
      const { creditId, amount } = event;
      return {
        ...state,
        keptAsCredit: [...state.keptAsCredit, { creditId, amount, refunded: zero(amount.currency) }],
      };
    }
    case 'PaymentCreditRefunded': {
      if (state.status !== 'captured') return impossible(state.status, event.type);
      const { creditId, amount } = event;
      const meant = state.keptAsCredit.find((one) => one.creditId === creditId);
      const refunded = meant && add(meant.refunded, amount);
      if (meant === undefined || refunded === undefined || compare(refunded, meant.amount) > 0) {
        return impossible('less credit', event.type);
      }
      const keptAsCredit = state.keptAsCredit.map((one) => (one === meant ? { ...one, refunded } : one));
      return { ...state, keptAsCredit };
    }
  }
}

type AttemptEvent = PaymentEventOf<
  'PaymentActionRequired' | 'PaymentProcessingStarted' | 'PaymentDeclined' | 'PaymentAuthorized'
>;

/** How an attempt goes on; while a cancellation is asked for, the attempt underneath may still move. */
function evolveAttempt(state: ExistingPayment, event: AttemptEvent): PaymentState {
  switch (state.status) {
    case 'canceling': {
      const from = evolveAttempt(state.from, event);
      if (from.status === 'absent' || !isCancelable(from)) return impossible(state.status, event.type);
      return { ...existing(from), status: 'canceling', from, requestedAt: state.requestedAt };
    }
    case 'requires_payment_method':
    case 'confirming':
    case 'requires_action':
    case 'processing':
      return attempted(state, event);
    case 'authorized':
    case 'capturing':
    case 'captured':
    case 'canceled':
    case 'failed':
      return impossible(state.status, event.type);
  }
}

function attempted(state: ExistingPayment, event: AttemptEvent): Cancelable {
  // What could not be canceled before may be possible now.
  const attempts: Attempts = { ...state.attempts, intentId: event.intentId, cancelRefusals: null };
  switch (event.type) {
    case 'PaymentActionRequired':
      return { ...existing(state), attempts, status: 'requires_action' };
    case 'PaymentProcessingStarted':
      return { ...existing(state), attempts, status: 'processing' };
    case 'PaymentAuthorized':
      return {
        ...existing(state),
        attempts,
        status: 'authorized',
        authorized: event.amount,
        chargeId: event.chargeId,
      };
    case 'PaymentDeclined': {
      const { code, declineCode, message, chargeId } = event;
      const declinedCharges =
        chargeId === null ? attempts.declinedCharges : [...attempts.declinedCharges, chargeId];
      return {
        ...existing(state),
        attempts: { ...attempts, lastDecline: { code, declineCode, message, chargeId }, declinedCharges },
        status: 'requires_payment_method',
      };
    }
  }
}

function evolveCaptured(state: ExistingPayment, event: PaymentEventOf<'PaymentCaptured'>): PaymentState {
  const base = authorization(state);
  if (base === undefined) return impossible(state.status, event.type);
  return {
    ...existing(state),
    status: 'captured',
    chargeId: event.chargeId,
    authorized: base.authorized,
    captured: event.amount,
    fee: null,
    refunds: [],
    keptAsCredit: [],
    disputes: [],
  };
}

/** The open authorization under a state, whatever is being asked of it. */
export function authorization(state: PaymentState): Pick<Authorized, 'authorized' | 'chargeId'> | undefined {
  if (state.status === 'authorized' || state.status === 'capturing') return state;
  if (state.status === 'canceling' && state.from.status === 'authorized') return state.from;
  return undefined;
}

function isCancelable(state: ExistingPayment): state is Cancelable {
  return (
    state.status === 'requires_payment_method' ||
    state.status === 'requires_action' ||
    state.status === 'processing' ||
    state.status === 'authorized'
  );
}

function existing(state: ExistingPayment): Pick<ExistingPayment, 'details' | 'createdAt' | 'attempts'> {
  return { details: state.details, createdAt: state.createdAt, attempts: state.attempts };
}
