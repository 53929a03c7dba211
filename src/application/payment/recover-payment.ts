import type { PaymentCommand } from '../../domain/payment/commands.js';
import type { PaymentState } from '../../domain/payment/state.js';
import type { Instant } from '../../domain/shared/instant.js';
import type { Clock } from '../ports/clock.js';
import type { EventMetadata, EventStore } from '../ports/event-store.js';
import type { PaymentGateway, ProviderAnswer } from '../ports/payment-gateway.js';
import type { Loaded } from '../shared/command-handler.js';
import { commandIdOf } from '../shared/event-ids.js';
import { paymentCodec } from './payment.codec.js';
import type { PaymentEffects, PaymentHandler } from './payment-effects.js';
import { mintAdoptedRefundId } from './payment-ids.js';

type Recovery = {
  /** The payment afterwards; `absent` when there is none of that id. */
  readonly loaded: Loaded<PaymentState>;
  /** What the provider did not tell, or told against the history; empty when the payment and the provider agree. */
  readonly open: readonly string[];
};

export type RecoverPayment = (paymentId: string, cause: EventMetadata) => Promise<Recovery>;

type Observation = { readonly name: string; readonly command: (at: PaymentCommand['at']) => PaymentCommand };

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
  const { eventStore, handler, effects, gateway, clock } = parts;

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
    const intent = observations(await gateway.fetchIntent(intentId), (snapshot) => [
      { name: 'intent', command: (at) => ({ type: 'ObserveIntent', at, intent: snapshot, attempt: null }) },
    ]);
    const refunds = observations(await gateway.listRefunds(intentId), (snapshots) =>
      // What was given back makes room for what came after it.
      [...snapshots.filter(wasUndone), ...snapshots.filter((refund) => !wasUndone(refund))].map((refund) => ({
        name: refund.providerRefundId,
        command: (at) => ({
          type: 'ObserveRefund',
          at,
          refund,
          adoptAs: mintAdoptedRefundId(refund.providerRefundId),
        }),
      })),
    );
    const open = [...intent.open, ...refunds.open];
    for (const { name, command } of [...intent.found, ...refunds.found]) {
      const { revision, state: now } = await handler.load(paymentId);
      // A refund can only follow a capture; where that is not known, the intent told why.
      if (name !== 'intent' && now.status !== 'captured') continue;
      const handled = await handler.handle(paymentId, command(clock.now()), {
        ...cause,
        commandId: commandIdOf('recovery', `${cause.commandId} ${name} at ${revision}`),
        causationId: cause.commandId,
      });
      if (handled.outcome === 'rejected') {
        const { rejection } = handled;
        const detail = rejection.code === 'provider_contradicts_history' ? rejection.detail : rejection.code;
        open.push(`${name}: ${detail}`);
      }
    }
    return open;
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

function wasUndone({ status }: { readonly status: string }): boolean {
  return status === 'failed' || status === 'canceled';
}

function observations<T>(
  answer: ProviderAnswer<T>,
  observe: (value: T) => readonly Observation[],
): { readonly found: readonly Observation[]; readonly open: readonly string[] } {
  switch (answer.outcome) {
    case 'answered':
      return { found: observe(answer.value), open: [] };
    case 'refused':
      return { found: [], open: [answer.refusal.code] };
    case 'unknown':
      return { found: [], open: [answer.reason] };
  }
}
