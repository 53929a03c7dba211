import type { PaymentState } from '../../domain/payment/state.js';
import type { Instant } from '../../domain/shared/instant.js';
import type { Clock } from '../ports/clock.js';
import type { EventMetadata, EventStore } from '../ports/event-store.js';
import type { PaymentGateway } from '../ports/payment-gateway.js';
import type { Loaded } from '../shared/command-handler.js';
import { commandIdOf } from '../shared/event-ids.js';
import { createObserveProvider } from './observe-provider.js';
import { paymentCodec } from './payment.codec.js';
import type { PaymentEffects, PaymentHandler } from './payment-effects.js';

type Recovery = {
  /** The payment afterwards; `absent` when there is none of that id. */
  readonly loaded: Loaded<PaymentState>;
  /** What the provider did not tell, or told against the history; empty when the payment and the provider agree. */
  readonly open: readonly string[];
};

export type RecoverPayment = (paymentId: string, cause: EventMetadata) => Promise<Recovery>;

/**
 * Brings a payment up to what the provider knows of it: asks every open request again under its own key, then looks at the
 * intent and at all of its refunds, those made outside too, and records what is new. Safe to run at any time and by
 * anybody: it moves no money that was not asked for before.
 */
export function createRecoverPayment(parts: {
  readonly eventStore: Pick<EventStore, 'readStream'>;
  readonly handler: PaymentHandler;
  readonly effects: PaymentEffects;
  readonly gateway: Pick<PaymentGateway, 'fetchIntent' | 'listRefunds'>;
  readonly clock: Clock;
}): RecoverPayment {
  const { eventStore, handler, effects } = parts;
  const observe = createObserveProvider(parts);

  async function askOpenRequests(paymentId: string, cause: EventMetadata): Promise<readonly string[]> {
    const open: string[] = [];
    for (const recorded of await eventStore.readStream(`payment-${paymentId}`)) {
      const event = paymentCodec.decode(recorded);
      if (!event.type.endsWith('Requested') && event.type !== 'RefundApproved') continue;
      const outcome = await effects.perform(paymentId, { id: recorded.id, event }, cause);
      if (outcome.outcome === 'unknown') open.push(`${event.type}: ${outcome.reason}`);
      if (outcome.outcome === 'contradiction') open.push(`${event.type}: ${outcome.detail}`);
    }
    return open;
  }

  async function observeNow(paymentId: string, cause: EventMetadata): Promise<readonly string[]> {
    const { state } = await handler.load(paymentId);
    const intentId = state.status === 'absent' ? null : state.attempts.intentId;
    if (intentId === null) return [];
    const because = { ...cause, causationId: cause.commandId };
    const ofIntent = await observe.intent(paymentId, intentId, because);
    return [...ofIntent, ...(await observe.refunds(paymentId, intentId, because))];
  }

  return async (paymentId, cause) => {
    const stillOpen = await askOpenRequests(paymentId, cause);
    const differing = await observeNow(paymentId, cause);
    return { loaded: await handler.load(paymentId), open: [...stillOpen, ...differing] };
  };
}

/** Who recovers a payment when nobody asked for it. */
export function recoveryBy(component: string, paymentId: string, at: Instant): EventMetadata {
  const commandId = commandIdOf(component, `${paymentId} at ${at}`);
  return {
    commandId,
    correlationId: commandId,
    causationId: commandId,
    actor: { kind: 'system', id: component },
    reason: null,
  };
}
