import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Decider } from '../../domain/shared/decider.js';
import type {
  EventMetadata,
  EventStore,
  EventToAppend,
  RecordedEvent,
  StreamName,
} from '../ports/event-store.js';
import { AppendOutcomeUnknown, EventStoreUnavailable } from '../ports/event-store.js';
import type { EventCodec } from './event-codec.js';
import { eventIdOf } from './event-ids.js';

/** Too many writers on one stream: nothing was appended, and the caller may try again. */
export class Contention extends Error {
  override readonly name = 'Contention';
}

/** A fact with the id it has in the store. */
export type Fact<E> = { readonly id: string; readonly event: E };

/** An aggregate as it was read: `revision` is null when its stream does not exist. */
export type Loaded<S> = { readonly state: S; readonly revision: bigint | null };

export type Handled<S, E, R> =
  | {
      readonly outcome: 'accepted';
      readonly state: S;
      readonly revision: bigint | null;
      /** The command's own facts, also when an earlier run of the same command appended them. */
      readonly facts: readonly Fact<E>[];
    }
  | {
      readonly outcome: 'rejected';
      readonly rejection: R;
      readonly state: S;
      readonly revision: bigint | null;
    }
  /** The stream is not at the revision that the caller insisted on; nothing was decided. */
  | { readonly outcome: 'stale'; readonly state: S; readonly revision: bigint | null };

export type HandleOptions<S> = {
  /** Decide only at this revision (a client's If-Match). */
  readonly ifRevision?: bigint | null;
  /** What the caller knows of the aggregate; saves a read when it is current, and is checked by the append. */
  readonly known?: Loaded<S>;
};

export type CommandHandler<S, C, E, R> = {
  load(id: string): Promise<Loaded<S>>;
  /**
   * Decides one command and appends its facts at the revision it was decided on. A command id leaves its facts once.
   * @throws Contention, and what the event store and the codec throw
   */
  handle(
    id: string,
    command: C,
    metadata: EventMetadata,
    options?: HandleOptions<S>,
  ): Promise<Handled<S, E, R>>;
};

const attemptsMax = 20;

/** Loads, folds, decides and appends, again when another writer came between. Written once for every aggregate. */
export function createCommandHandler<
  S,
  C,
  E extends { readonly type: string },
  R extends { readonly code: string },
>(parts: {
  readonly eventStore: EventStore;
  readonly decider: Decider<S, C, E, R>;
  readonly codec: EventCodec<E>;
  /** camelCase, no dash. */
  readonly category: string;
}): CommandHandler<S, C, E, R> {
  const { eventStore, decider, codec, category } = parts;
  const streamOf = (id: string): StreamName => `${category}-${id}`;

  async function read(id: string): Promise<Loaded<S> & { readonly recorded: readonly RecordedEvent[] }> {
    const recorded = await eventStore.readStream(streamOf(id));
    const state = recorded.reduce(
      (folded, event) => decider.evolve(folded, codec.decode(event)),
      decider.initialState,
    );
    return { state, revision: recorded.at(-1)?.revision ?? null, recorded };
  }

  async function handle(
    id: string,
    command: C,
    metadata: EventMetadata,
    options: HandleOptions<S> = {},
  ): Promise<Handled<S, E, R>> {
    let known = options.known;
    for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
      const {
        state,
        revision,
        recorded = [],
      }: Loaded<S> & { recorded?: readonly RecordedEvent[] } = known ?? (await read(id));
      known = undefined;
      const earlier = recorded.filter((event) => event.metadata.commandId === metadata.commandId);
      if (earlier.length > 0) {
        const facts = earlier.map((event) => ({ id: event.id, event: codec.decode(event) }));
        return { outcome: 'accepted', state, revision, facts };
      }
      if (options.ifRevision !== undefined && options.ifRevision !== revision) {
        return { outcome: 'stale', state, revision };
      }
      const decision = decider.decide(state, command);
      if (decision.outcome === 'rejected') {
        return { outcome: 'rejected', rejection: decision.rejection, state, revision };
      }
      if (decision.events.length === 0) return { outcome: 'accepted', state, revision, facts: [] };
      const facts = decision.events.map((event, index) => ({
        id: eventIdOf(metadata.commandId, index),
        event,
      }));
      const appended = await append(streamOf(id), revision, facts, metadata);
      if (appended !== undefined) {
        return {
          outcome: 'accepted',
          state: decision.events.reduce(decider.evolve, state),
          revision: appended,
          facts,
        };
      }
      // Another writer was first. A short random pause keeps many of them from meeting again.
      await sleep(randomInt(attempt * 4));
    }
    throw new Contention(`${streamOf(id)} changed ${attemptsMax} times while one command was decided`);
  }

  /** The new revision; undefined when the stream has moved on or holds this command's facts already. */
  async function append(
    stream: StreamName,
    revision: bigint | null,
    facts: readonly Fact<E>[],
    metadata: EventMetadata,
  ): Promise<bigint | undefined> {
    const events: EventToAppend[] = facts.map(({ id, event }) => ({ id, ...codec.encode(event), metadata }));
    const result = await appendAgainWhenUnknown(eventStore, stream, revision ?? 'no_stream', events);
    return result.outcome === 'appended' && !result.repeated ? result.revision : undefined;
  }

  return { load: read, handle };
}

/** The same event ids at the same revision make a second try harmless, so one unknown outcome is asked again. */
export async function appendAgainWhenUnknown(
  eventStore: EventStore,
  ...append: Parameters<EventStore['append']>
): ReturnType<EventStore['append']> {
  try {
    return await eventStore.append(...append);
  } catch (error) {
    if (!(error instanceof AppendOutcomeUnknown)) throw error;
    return eventStore.append(...append).catch((second: unknown) => {
      // That the second try wrote nothing says nothing of the first.
      throw second instanceof EventStoreUnavailable ? error : second;
    });
  }
}
