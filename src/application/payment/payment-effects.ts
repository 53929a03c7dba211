import type { PaymentCommand } from '../../domain/payment/commands.js';
import type { PaymentEvent } from '../../domain/payment/events.js';
import type { IntentSnapshot, RefundSnapshot } from '../../domain/payment/intent.js';
import type { PaymentRejection } from '../../domain/payment/rejections.js';
import type { PaymentState } from '../../domain/payment/state.js';
import type { Instant } from '../../domain/shared/instant.js';
import type { Clock } from '../ports/clock.js';
import type { EventMetadata } from '../ports/event-store.js';
import type { PaymentGateway } from '../ports/payment-gateway.js';
import type { CommandHandler, Fact, Handled } from '../shared/command-handler.js';
import type { Effect, Effects } from '../shared/effects.js';
import { createEffects, mapAnswer } from '../shared/effects.js';
import { commandIdOf } from '../shared/event-ids.js';
import { observeIntent, observeRefund } from './observations.js';
import type { ObserveProvider } from './observe-provider.js';
import { createObserveProvider } from './observe-provider.js';

export type PaymentHandler = CommandHandler<PaymentState, PaymentCommand, PaymentEvent, PaymentRejection>;
export type HandledPayment = Handled<PaymentState, PaymentEvent, PaymentRejection>;

export type PaymentEffects = Effects<PaymentState, PaymentEvent>;

const actor = 'payment-effects';

export function createPaymentEffects(parts: {
  readonly handler: PaymentHandler;
  readonly gateway: PaymentGateway;
  readonly clock: Clock;
}): PaymentEffects {
  const { handler, gateway, clock } = parts;
  const { refunds: observeRefunds } = createObserveProvider(parts);
  return createEffects({
    handler,
    clock,
    actor,
    effectOf: (state, fact) => effectOf(gateway, observeRefunds, state, fact),
  });
}

/** Undefined when the fact asks for nothing, or the state shows that its request has an outcome. */
function effectOf(
  gateway: PaymentGateway,
  observeRefunds: ObserveProvider['refunds'],
  state: PaymentState,
  { id: key, event }: Fact<PaymentEvent>,
): Effect<PaymentCommand> | undefined {
  if (state.status === 'absent') return undefined;
  const { intentId } = state.attempts;
  const { at: requestedAt } = event;
  switch (event.type) {
    case 'PaymentConfirmRequested': {
      if (state.status !== 'confirming' || state.attempts.count !== event.attempt) return undefined;
      const { attempt, paymentMethod, payer = null } = event;
      return {
        perform: async () =>
          mapAnswer(
            await gateway.confirm({ ...state.details, paymentMethod, payer, intentId, requestedAt }, key),
            (intent) => (at) => ({
              type: 'ObserveIntent',
              at,
              intent,
              attempt,
            }),
          ),
        refuse: ({ refusal, final }, at) => ({ type: 'RecordConfirmRefused', at, attempt, refusal, final }),
      };
    }
    case 'PaymentCaptureRequested': {
      if (state.status !== 'capturing' || state.requestedAt !== event.at || intentId === null)
        return undefined;
      return {
        perform: async () =>
          mapAnswer(
            await gateway.capture({ intentId, amount: event.amount, requestedAt }, key),
            observedIntent,
          ),
        refuse: ({ refusal }, at) => ({ type: 'RecordCaptureRefused', at, refusal }),
      };
    }
    case 'PaymentCancelRequested': {
      if (state.status !== 'canceling' || state.requestedAt !== event.at || intentId === null)
        return undefined;
      return {
        perform: async () => mapAnswer(await gateway.cancel({ intentId, requestedAt }, key), observedIntent),
        refuse: ({ refusal }, at) => ({ type: 'RecordCancelRefused', at, refusal }),
      };
    }
    case 'RefundRequested':
    case 'RefundApproved': {
      if (state.status !== 'captured' || intentId === null) return undefined;
      const { refundId, amount } = event;
      const refund = state.refunds.find((one) => one.refundId === refundId);
      if (refund?.status !== 'requested') return undefined;
      const { refundReason } = refund;
      const { paymentId } = state.details;
      return {
        perform: async (cause) => {
          const request = { refundId, paymentId, intentId, amount, refundReason, requestedAt };
          const answer = await gateway.refund(request, key);
          // It may have been refused for what we do not know of: the provider's refunds are looked at before the refusal is
          // recorded, so that whoever dies in between finds the request open and looks again.
          if (answer.outcome === 'refused') {
            await observeRefunds(paymentId, intentId, lookAfterRefusal(key, cause));
          }
          return mapAnswer(answer, observedRefund);
        },
        refuse: ({ refusal }, at) => ({ type: 'RecordRefundRefused', at, refundId, refusal }),
      };
    }
    case 'RefundCancelRequested': {
      const { refundId } = event;
      const refund = state.status === 'captured' && state.refunds.find((one) => one.refundId === refundId);
      if (!refund || refund.cancelRequestedAt !== event.at || refund.providerRefundId === null)
        return undefined;
      const { providerRefundId } = refund;
      return {
        perform: async () =>
          mapAnswer(await gateway.cancelRefund({ providerRefundId, requestedAt }, key), observedRefund),
        refuse: ({ refusal }, at) => ({ type: 'RecordRefundCancelRefused', at, refundId, refusal }),
      };
    }
    case 'PaymentCreated':
    case 'PaymentActionRequired':
    case 'PaymentProcessingStarted':
    case 'PaymentDeclined':
    case 'PaymentAuthorized':
    case 'PaymentCaptureRefused':
    case 'PaymentCaptured':
    case 'PaymentFeeRecorded':
    case 'PaymentCancelRefused':
    case 'PaymentCanceled':
    case 'PaymentFailed':
    case 'RefundApprovalRequested':
    case 'RefundRejected':
    case 'RefundRefused':
    case 'RefundInitiated':
    case 'RefundAdopted':
    case 'RefundSucceeded':
    case 'RefundFailed':
    case 'RefundCancelRefused':
    case 'RefundCanceled':
    case 'PaymentKeptAsCredit':
    case 'PaymentCreditRefunded':
    case 'DisputeOpened':
    case 'DisputeEscalated':
    case 'DisputeFundsWithdrawn':
    case 'DisputeFundsReinstated':
    case 'DisputeAnswered':
    case 'DisputeClosed':
      return undefined;
  }
}

const observedIntent = (intent: IntentSnapshot) => (at: Instant) => observeIntent(intent, at);
const observedRefund = (refund: RefundSnapshot) => (at: Instant) => observeRefund(refund, at);

function lookAfterRefusal(key: string, { correlationId }: EventMetadata): EventMetadata {
  const commandId = commandIdOf('look after refusal', key);
  return { commandId, correlationId, causationId: key, actor: { kind: 'system', id: actor }, reason: null };
}
