import type { Instant } from '../../domain/shared/instant.js';
import type { Clock } from '../ports/clock.js';
import type { EventMetadata, RecordedEvent } from '../ports/event-store.js';
import type { ProviderAnswer } from '../ports/payment-gateway.js';
import type { CommandHandler, Fact, Loaded } from './command-handler.js';
import type { EventCodec } from './event-codec.js';
import { commandIdOf } from './event-ids.js';

/** What came of carrying a recorded request out. */
export type EffectOutcome<S> =
  | { readonly outcome: 'settled'; readonly loaded: Loaded<S> }
  /** The provider did not say; the request stays open, to be asked again with the same key. */
  | {
      readonly outcome: 'unknown';
      readonly reason: string;
      readonly retryAfterMs: number | null;
      readonly loaded: Loaded<S>;
    }
  /** The provider's answer cannot be true together with the history: for a person to look at. */
  | { readonly outcome: 'contradiction'; readonly detail: string; readonly loaded: Loaded<S> };

/** One request to the provider, and how its answer becomes a command. */
export type Effect<C> = {
  /** @param cause what the request was recorded for, for what else is found out on the way */
  perform(cause: EventMetadata): Promise<ProviderAnswer<(at: Instant) => C>>;
  refuse(refused: Extract<ProviderAnswer<never>, { outcome: 'refused' }>, at: Instant): C;
};

export type Effects<S, E> = {
  /**
   * Carries out what a recorded fact asks of the provider, with the fact's id as idempotency key, and records the answer.
   * Safe to run any number of times, by any number of processes. A fact that asks for nothing, or whose request has an
   * outcome already, is settled at once.
   */
  perform(id: string, fact: Fact<E>, cause: EventMetadata, known?: Loaded<S>): Promise<EffectOutcome<S>>;
};

/** Record, then act: written once for every aggregate that asks the provider for something. */
export function createEffects<S, C, E, R extends { readonly code: string; readonly detail?: string }>(parts: {
  readonly handler: CommandHandler<S, C, E, R>;
  readonly clock: Clock;
  /** Who the answers are recorded by: `payment-effects`. */
  readonly actor: string;
  /** Undefined when the fact asks for nothing, or the state shows that its request has an outcome. */
  effectOf(state: S, fact: Fact<E>): Effect<C> | undefined;
}): Effects<S, E> {
  const { handler, clock, actor } = parts;

  async function perform(
    id: string,
    fact: Fact<E>,
    cause: EventMetadata,
    known?: Loaded<S>,
  ): Promise<EffectOutcome<S>> {
    const loaded = known ?? (await handler.load(id));
    const effect = parts.effectOf(loaded.state, fact);
    if (effect === undefined) return { outcome: 'settled', loaded };
    const answer = await effect.perform(cause);
    if (answer.outcome === 'unknown') return { ...answer, loaded };
    const at = clock.now();
    const command = answer.outcome === 'refused' ? effect.refuse(answer, at) : answer.value(at);
    const metadata: EventMetadata = {
      commandId: commandIdOf('answer', fact.id),
      correlationId: cause.correlationId,
      causationId: fact.id,
      actor: { kind: 'system', id: actor },
      reason: null,
    };
    const handled = await handler.handle(id, command, metadata, { known: loaded });
    if (handled.outcome === 'rejected') {
      const { code, detail = code } = handled.rejection;
      return { outcome: 'contradiction', detail, loaded: handled };
    }
    return { outcome: 'settled', loaded: handled };
  }

  return { perform };
}

export function mapAnswer<T, U>(answer: ProviderAnswer<T>, map: (value: T) => U): ProviderAnswer<U> {
  return answer.outcome === 'answered' ? { outcome: 'answered', value: map(answer.value) } : answer;
}

/** Carries out a request that stands in the store, whatever kind of stream it is in. */
export type CarryOut = (id: string, recorded: RecordedEvent) => Promise<EffectOutcome<unknown>>;

export function carryOut<S, E>(codec: EventCodec<E>, effects: Effects<S, E>): CarryOut {
  return (id, recorded) =>
    effects.perform(id, { id: recorded.id, event: codec.decode(recorded) }, recorded.metadata);
}
