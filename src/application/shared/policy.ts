import type { EventMetadata, RecordedEvent } from '../ports/event-store.js';
import { decodeOnce } from './decode-once.js';
import type { EventCodec } from './event-codec.js';
import { UnknownEventType } from './event-codec.js';
import { commandIdOf } from './event-ids.js';

/**
 * What follows in one module from the facts of another: an event becomes commands. A policy is told of each event at least
 * once, in the order of its stream, and asks nobody outside. It may be told again at any time, so its commands carry
 * ids made from the event's, and a decider that has accepted one has nothing left to do.
 */
export type Policy = {
  /** snake_case */
  readonly name: string;
  /** Category of the streams that it listens to. */
  readonly category: string;
  /**
   * Undefined when the event means nothing to it.
   * @throws whatever keeps it from being done, a type that only a newer version knows included; it is told of the event again,
   * later, by whichever process is at it then
   */
  react(recorded: RecordedEvent): Promise<void> | undefined;
};

type Reactions<E extends { readonly type: string }> = {
  readonly [T in E['type']]?: (
    event: Extract<E, { readonly type: T }>,
    recorded: RecordedEvent,
  ) => Promise<void>;
};

export function createPolicy<E extends { readonly type: string }>(parts: {
  readonly name: string;
  readonly category: string;
  readonly codec: EventCodec<E>;
  readonly reactions: Reactions<E>;
}): Policy {
  const { name, category, codec, reactions } = parts;
  type AnyReaction = (event: E, recorded: RecordedEvent) => Promise<void>;
  const byType = new Map(Object.entries(reactions) as [string, AnyReaction][]);

  return {
    name,
    category,
    react(recorded) {
      const event = decodeOnce(codec, recorded);
      // Passed over, it would never be told to the newer version that knows what follows from it.
      if (event === undefined)
        throw new UnknownEventType(`${recorded.type} waits for a version that knows it`);
      return byType.get(event.type)?.(event, recorded);
    },
  };
}

/**
 * The metadata of a command that a policy gives because of an event: the same each time.
 * @param what tells the commands apart that one event leads to
 */
export function becauseOf(recorded: RecordedEvent, policy: string, what = ''): EventMetadata {
  return {
    commandId: commandIdOf(`policy ${policy} ${what}`, recorded.id),
    correlationId: recorded.metadata.correlationId,
    causationId: recorded.id,
    actor: { kind: 'system', id: policy },
    reason: null,
  };
}
