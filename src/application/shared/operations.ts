import type { EventMetadata } from '../ports/event-store.js';
import type { Logger } from '../ports/logger.js';
import type { CommandHandler, Fact, Handled, HandleOptions, Loaded } from './command-handler.js';
import type { EffectOutcome, Effects } from './effects.js';
import { within } from './within.js';

export type Operations<S, C, E, R> = {
  load(id: string): Promise<Loaded<S>>;
  /**
   * Decides a command and carries out, within `inlineBudgetMs`, what it asks of the provider. The answer shows the aggregate as
   * far as it got: where the provider has not answered in time its state still has the open request, and the effect
   * worker finishes it.
   */
  run(id: string, command: C, metadata: EventMetadata, options?: HandleOptions<S>): Promise<Handled<S, E, R>>;
};

export function createOperations<S, C, E, R>(parts: {
  readonly handler: CommandHandler<S, C, E, R>;
  readonly effects: Effects<S, E>;
  readonly logger: Logger;
  readonly inlineBudgetMs: number;
  /** What the aggregate's id is called in the log: `paymentId`. */
  readonly idName: string;
}): Operations<S, C, E, R> {
  const { handler, effects, logger, inlineBudgetMs, idName } = parts;

  async function run(
    id: string,
    command: C,
    metadata: EventMetadata,
    options: HandleOptions<S> = {},
  ): Promise<Handled<S, E, R>> {
    const handled = await handler.handle(id, command, metadata, options);
    if (handled.outcome !== 'accepted') return handled;
    let loaded: Loaded<S> = handled;
    for (const fact of handled.facts) {
      const further = await within(inlineBudgetMs, perform(id, fact, metadata, loaded), () => undefined);
      loaded = further ?? loaded;
    }
    return { ...handled, state: loaded.state, revision: loaded.revision };
  }

  /** The aggregate after the fact's effect; undefined when its outcome is not known, which the worker will see to. */
  async function perform(
    id: string,
    fact: Fact<E>,
    cause: EventMetadata,
    known: Loaded<S>,
  ): Promise<Loaded<S> | undefined> {
    const about = { [idName]: id, eventId: fact.id };
    try {
      const outcome = await effects.perform(id, fact, cause, known);
      if (outcome.outcome === 'settled') return outcome.loaded;
      logger.warn({ ...about, ...reasonOf(outcome) }, 'a request to the provider is still open');
      return undefined;
    } catch (error) {
      logger.error({ err: error, ...about }, 'an effect failed before its outcome was recorded');
      return undefined;
    }
  }

  return { load: handler.load, run };
}

function reasonOf(outcome: Exclude<EffectOutcome<unknown>, { outcome: 'settled' }>): {
  readonly reason: string;
} {
  return { reason: outcome.outcome === 'unknown' ? outcome.reason : outcome.detail };
}
