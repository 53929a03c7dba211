import type { PaymentCommand } from '../../domain/payment/commands.js';
import type { PaymentEvent } from '../../domain/payment/events.js';
import type { PaymentRejection } from '../../domain/payment/rejections.js';
import type { PaymentState } from '../../domain/payment/state.js';
import type { Clock } from '../ports/clock.js';
import type { EventMetadata } from '../ports/event-store.js';
import type { PaymentGateway, ProviderAnswer } from '../ports/payment-gateway.js';
import type { CommandHandler, Fact, Handled, Loaded } from '../shared/command-handler.js';
import { commandIdOf } from '../shared/event-ids.js';
import { mintAdoptedRefundId } from './payment-ids.js';

export type PaymentHandler = CommandHandler<PaymentState, PaymentCommand, PaymentEvent, PaymentRejection>;
export type HandledPayment = Handled<PaymentState, PaymentEvent, PaymentRejection>;

/** What came of carrying a recorded request out. */
export type EffectOutcome =
  | { readonly outcome: 'settled'; readonly loaded: Loaded<PaymentState> }
  /** The provider did not say; the request stays open, to be asked again with the same key. */
  | {
      readonly outcome: 'unknown';
      readonly reason: string;
      readonly retryAfterMs: number | null;
      readonly loaded: Loaded<PaymentState>;
    }
  /** The provider's answer cannot be true together with the history: for a person to look at. */
  | { readonly outcome: 'contradiction'; readonly detail: string; readonly loaded: Loaded<PaymentState> };

/** One request to the provider, and how its answer becomes a command. */
type Effect = {
  perform(): Promise<ProviderAnswer<(at: PaymentCommand['at']) => PaymentCommand>>;
  refuse: Refuse;
};
type Refuse = (
  refused: Extract<ProviderAnswer<never>, { outcome: 'refused' }>,
  at: PaymentCommand['at'],
) => PaymentCommand;

export type PaymentEffects = {
  /**
   * Carries out what a recorded fact asks of the provider, with the fact's id as idempotency key, and records the answer.
   * Safe to run any number of times, by any number of processes. A fact that asks for nothing, or whose request has an
   * outcome already, is settled at once.
   */
  perform(
    paymentId: string,
    fact: Fact<PaymentEvent>,
    cause: EventMetadata,
    known?: Loaded<PaymentState>,
  ): Promise<EffectOutcome>;
};

export function createPaymentEffects(parts: {
  readonly handler: PaymentHandler;
  readonly gateway: PaymentGateway;
  readonly clock: Clock;
}): PaymentEffects {
  const { handler, gateway, clock } = parts;

  async function perform(
    paymentId: string,
    fact: Fact<PaymentEvent>,
    cause: EventMetadata,
    known?: Loaded<PaymentState>,
  ): Promise<EffectOutcome> {
    const loaded = known ?? (await handler.load(paymentId));
    const effect = effectOf(gateway, loaded.state, fact);
    if (effect === undefined) return { outcome: 'settled', loaded };
    const answer = await effect.perform();
    if (answer.outcome === 'unknown') return { ...answer, loaded };
    const at = clock.now();
    const command = answer.outcome === 'refused' ? effect.refuse(answer, at) : answer.value(at);
    const metadata: EventMetadata = {
      commandId: commandIdOf('answer', fact.id),
      correlationId: cause.correlationId,
      causationId: fact.id,
      actor: { kind: 'system', id: 'payment-effects' },
      reason: null,
    };
    const handled = await handler.handle(paymentId, command, metadata, { known: loaded });
    if (handled.outcome === 'rejected') {
      const detail =
        handled.rejection.code === 'provider_contradicts_history'
          ? handled.rejection.detail
          : handled.rejection.code;
      return { outcome: 'contradiction', detail, loaded: handled };
    }
    return { outcome: 'settled', loaded: handled };
  }

  return { perform };
}

/** Undefined when the fact asks for nothing, or the state shows that its request has an outcome. */
function effectOf(
  gateway: PaymentGateway,
  state: PaymentState,
  { id: key, event }: Fact<PaymentEvent>,
): Effect | undefined {
  if (state.status === 'absent') return undefined;
  const { intentId } = state.attempts;
  const { at: requestedAt } = event;
  switch (event.type) {
    case 'PaymentConfirmRequested': {
      if (state.status !== 'confirming' || state.attempts.count !== event.attempt) return undefined;
      const { attempt, paymentMethod } = event;
      return {
        perform: async () =>
          mapAnswer(
            await gateway.confirm({ ...state.details, paymentMethod, intentId, requestedAt }, key),
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
          mapAnswer(await gateway.capture({ intentId, amount: event.amount, requestedAt }, key), observed),
        refuse: ({ refusal }, at) => ({ type: 'RecordCaptureRefused', at, refusal }),
      };
    }
    case 'PaymentCancelRequested': {
      if (state.status !== 'canceling' || state.requestedAt !== event.at || intentId === null)
        return undefined;
      return {
        perform: async () => mapAnswer(await gateway.cancel({ intentId, requestedAt }, key), observed),
        refuse: ({ refusal }, at) => ({ type: 'RecordCancelRefused', at, refusal }),
      };
    }
    case 'RefundRequested': {
      if (state.status !== 'captured' || intentId === null) return undefined;
      const { refundId, amount, refundReason } = event;
      if (state.refunds.find((refund) => refund.refundId === refundId)?.status !== 'requested')
        return undefined;
      const { paymentId } = state.details;
      return {
        perform: async () =>
          mapAnswer(
            await gateway.refund({ refundId, paymentId, intentId, amount, refundReason, requestedAt }, key),
            (refund) => (at) => ({
              type: 'ObserveRefund',
              at,
              refund,
              adoptAs: mintAdoptedRefundId(refund.providerRefundId),
            }),
          ),
        refuse: ({ refusal }, at) => ({ type: 'RecordRefundRefused', at, refundId, refusal }),
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
    case 'RefundRefused':
    case 'RefundInitiated':
    case 'RefundAdopted':
    case 'RefundSucceeded':
    case 'RefundFailed':
    case 'RefundCanceled':
      return undefined;
  }
}

function observed(intent: Extract<PaymentCommand, { type: 'ObserveIntent' }>['intent']) {
  return (at: PaymentCommand['at']): PaymentCommand => ({ type: 'ObserveIntent', at, intent, attempt: null });
}

function mapAnswer<T, U>(answer: ProviderAnswer<T>, map: (value: T) => U): ProviderAnswer<U> {
  return answer.outcome === 'answered' ? { outcome: 'answered', value: map(answer.value) } : answer;
}
