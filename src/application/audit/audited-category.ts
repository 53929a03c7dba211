import type { Decider } from '../../domain/shared/decider.js';
import type { RecordedEvent } from '../ports/event-store.js';
import type { EventCodec } from '../shared/event-codec.js';
import { categoryOf } from '../shared/stream-parts.js';

/** What an auditor needs of one kind of stream, whatever its state and events are. */
export type AuditedCategory = {
  /**
   * The state after these events, which are a stream's first ones.
   * @throws UnknownEventType, MalformedEvent, CorruptStream
   */
  fold(events: Iterable<RecordedEvent>): unknown;
  /**
   * One sentence a person can read.
   * @throws UnknownEventType, MalformedEvent
   */
  describe(event: RecordedEvent): string;
};

/** By stream category. */
export type AuditedCategories = Readonly<Record<string, AuditedCategory>>;

/** Ties a decider, its codec and its sentences together. */
export function auditedCategory<S, E>(parts: {
  readonly decider: Pick<Decider<S, never, E, never>, 'initialState' | 'evolve'>;
  readonly codec: EventCodec<E>;
  readonly describe: (event: E) => string;
  /** The state as a person reads it; as it is by default. */
  readonly show?: (state: S) => unknown;
}): AuditedCategory {
  const { decider, codec, describe, show = (state) => state } = parts;
  return {
    fold(events) {
      let state = decider.initialState;
      for (const event of events) state = decider.evolve(state, codec.decode(event));
      return show(state);
    },
    describe: (event) => describe(codec.decode(event)),
  };
}

export function categoryIn(
  categories: AuditedCategories,
  stream: string,
): { readonly name: string; readonly category: AuditedCategory | undefined } {
  const name = categoryOf(stream);
  return { name, category: Object.hasOwn(categories, name) ? categories[name] : undefined };
}
