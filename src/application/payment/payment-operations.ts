import type { PaymentCommand } from '../../domain/payment/commands.js';
import type { PaymentEvent } from '../../domain/payment/events.js';
import type { PaymentState } from '../../domain/payment/state.js';
import type { EventMetadata } from '../ports/event-store.js';
import type { Logger } from '../ports/logger.js';
import type { Fact, HandleOptions, Loaded } from '../shared/command-handler.js';
import { within } from '../shared/within.js';
import type { EffectOutcome, HandledPayment, PaymentEffects, PaymentHandler } from './payment-effects.js';

export type PaymentOperations = {
  load(paymentId: string): Promise<Loaded<PaymentState>>;
  /**
   * Decides a command and carries out, within `inlineBudgetMs`, what it asks of the provider. The answer shows the payment as
   * far as it got: where the provider has not answered in time its state still has the open request, and the effect
   * worker finishes it.
   */
  run(
    paymentId: string,
    command: PaymentCommand,
    metadata: EventMetadata,
    options?: HandleOptions<PaymentState>,
  ): Promise<HandledPayment>;
};

export function createPaymentOperations(parts: {
  readonly handler: PaymentHandler;
  readonly effects: PaymentEffects;
  readonly logger: Logger;
  readonly inlineBudgetMs: number;
}): PaymentOperations {
  const { handler, effects, logger, inlineBudgetMs } = parts;

  async function run(
    paymentId: string,
    command: PaymentCommand,
    metadata: EventMetadata,
    options: HandleOptions<PaymentState> = {},
  ): Promise<HandledPayment> {
    const handled = await handler.handle(paymentId, command, metadata, options);
    if (handled.outcome !== 'accepted') return handled;
    let loaded: Loaded<PaymentState> = handled;
    for (const fact of handled.facts) {
      const further = await within(
        inlineBudgetMs,
        perform(paymentId, fact, metadata, loaded),
        () => undefined,
      );
      loaded = further ?? loaded;
    }
    return { ...handled, state: loaded.state, revision: loaded.revision };
  }

  /** The payment after the fact's effect; undefined when its outcome is not known, which the worker will see to. */
  async function perform(
    paymentId: string,
    fact: Fact<PaymentEvent>,
    cause: EventMetadata,
    known: Loaded<PaymentState>,
  ): Promise<Loaded<PaymentState> | undefined> {
    try {
      const outcome = await effects.perform(paymentId, fact, cause, known);
      if (outcome.outcome === 'settled') return outcome.loaded;
      logger.warn(
        { paymentId, eventId: fact.id, ...reasonOf(outcome) },
        'a request to the provider is still open',
      );
      return undefined;
    } catch (error) {
      logger.error(
        { err: error, paymentId, eventId: fact.id },
        'an effect failed before its outcome was recorded',
      );
      return undefined;
    }
  }

  return { load: handler.load, run };
}

function reasonOf(outcome: Exclude<EffectOutcome, { outcome: 'settled' }>): { readonly reason: string } {
  return { reason: outcome.outcome === 'unknown' ? outcome.reason : outcome.detail };
}
