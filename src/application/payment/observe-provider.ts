import type { PaymentCommand } from '../../domain/payment/commands.js';
import type { PaymentEvent } from '../../domain/payment/events.js';
import type { RefundSnapshot } from '../../domain/payment/intent.js';
import type { PaymentRejection } from '../../domain/payment/rejections.js';
import type { PaymentState } from '../../domain/payment/state.js';
import type { Clock } from '../ports/clock.js';
import type { EventMetadata } from '../ports/event-store.js';
import type { PaymentGateway, ProviderAnswer } from '../ports/payment-gateway.js';
import type { CommandHandler } from '../shared/command-handler.js';
import { commandIdOf } from '../shared/event-ids.js';
import { observeIntent, observeRefund } from './observations.js';

type Observation = { readonly name: string; readonly command: (at: PaymentCommand['at']) => PaymentCommand };

/**
 * Looks at what the provider has of a payment and records what is new, those refunds too that were made outside. Each look
 * answers what the provider did not tell, or told against the history; it moves no money and may be repeated.
 * @param cause `commandId` tells one look from another
 */
export type ObserveProvider = {
  intent(paymentId: string, intentId: string, cause: EventMetadata): Promise<readonly string[]>;
  refunds(paymentId: string, intentId: string, cause: EventMetadata): Promise<readonly string[]>;
};

export function createObserveProvider(parts: {
  readonly handler: CommandHandler<PaymentState, PaymentCommand, PaymentEvent, PaymentRejection>;
  readonly gateway: Pick<PaymentGateway, 'fetchIntent' | 'listRefunds'>;
  readonly clock: Clock;
}): ObserveProvider {
  const { handler, gateway, clock } = parts;

  async function record(
    paymentId: string,
    { found, open: untold }: Seen,
    cause: EventMetadata,
  ): Promise<readonly string[]> {
    const open = [...untold];
    for (const { name, command } of found) {
      const { revision, state } = await handler.load(paymentId);
      // A refund can only follow a capture; where that is not known, the intent told why.
      if (name !== 'intent' && state.status !== 'captured') continue;
      const handled = await handler.handle(paymentId, command(clock.now()), {
        ...cause,
        commandId: commandIdOf('recovery', `${cause.commandId} ${name} at ${revision}`),
      });
      if (handled.outcome === 'rejected') {
        const { rejection } = handled;
        const detail = rejection.code === 'provider_contradicts_history' ? rejection.detail : rejection.code;
        open.push(`${name}: ${detail}`);
      }
    }
    return open;
  }

  return {
    async intent(paymentId, intentId, cause) {
      const seen = seenIn(await gateway.fetchIntent(intentId), (intent) => [
        { name: 'intent', command: (at) => observeIntent(intent, at) },
      ]);
      return record(paymentId, seen, cause);
    },

    async refunds(paymentId, intentId, cause) {
      const seen = seenIn(await gateway.listRefunds(intentId), (refunds) =>
        // What was given back makes room for what came after it.
        [...refunds.filter(wasUndone), ...refunds.filter((refund) => !wasUndone(refund))].map(observed),
      );
      return record(paymentId, seen, cause);
    },
  };
}

function wasUndone({ status }: RefundSnapshot): boolean {
  return status === 'failed' || status === 'canceled';
}

function observed(refund: RefundSnapshot): Observation {
  return { name: refund.providerRefundId, command: (at) => observeRefund(refund, at) };
}

type Seen = { readonly found: readonly Observation[]; readonly open: readonly string[] };

function seenIn<T>(answer: ProviderAnswer<T>, observe: (value: T) => readonly Observation[]): Seen {
  switch (answer.outcome) {
    case 'answered':
      return { found: observe(answer.value), open: [] };
    case 'refused':
      return { found: [], open: [answer.refusal.code] };
    case 'unknown':
      return { found: [], open: [answer.reason] };
  }
}
