import type { RecordedEvent } from '../ports/event-store.js';
import type { EventCodec } from './event-codec.js';
import { UnknownEventType } from './event-codec.js';

/** Read models and policies share the batches they read, and most of the work on an event is to decode it. */
const decoded = new WeakMap<object, WeakMap<RecordedEvent, unknown>>();

/**
 * The fact that was recorded, decoded the first time that this very object is asked about. Undefined for a type of a newer version of
 * the program, which will see to it.
 * @throws MalformedEvent
 */
export function decodeOnce<E>(codec: EventCodec<E>, recorded: RecordedEvent): E | undefined {
  let events = decoded.get(codec);
  if (events === undefined) {
    events = new WeakMap();
    decoded.set(codec, events);
  }
  if (events.has(recorded)) return events.get(recorded) as E | undefined;
  const event = decodeKnown(codec, recorded);
  events.set(recorded, event);
  return event;
}

function decodeKnown<E>(codec: EventCodec<E>, recorded: RecordedEvent): E | undefined {
  try {
    return codec.decode(recorded);
  } catch (error) {
    if (error instanceof UnknownEventType) return undefined;
    throw error;
  }
}
