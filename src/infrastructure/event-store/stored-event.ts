import type { EventToAppend, StreamName } from '../../application/ports/event-store.js';

/** An event with its two documents as the text that is stored. */
export type StoredEvent = {
  readonly id: string;
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
  /** What it was made of. */
  readonly given: Pick<EventToAppend, 'data' | 'metadata'>;
};

const eventsMax = 64;
/** Of all the events of one append: EventStoreDB takes no more than 1 MiB at once, its own framing included. */
const bytesMax = 1_000_000;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const plainName = /^[^\p{C}]{1,200}$/u;

/**
 * Turns events into what is stored, and refuses what one of the stores would refuse or give back changed: the same in
 * every adapter, so that no test on one store passes what fails on the other.
 * @throws TypeError: such an append is a mistake of the program, not of its user
 */
export function toStored(stream: StreamName, events: readonly EventToAppend[]): readonly StoredEvent[] {
  if (!plainName.test(stream) || stream.startsWith('$')) throw new TypeError(`not a stream name: ${stream}`);
  if (events.length < 1 || events.length > eventsMax) {
    throw new TypeError(`${events.length} events in one append to ${stream}: 1 to ${eventsMax} are allowed`);
  }
  if (new Set(events.map(({ id }) => id)).size < events.length) {
    throw new TypeError(`two events of one append to ${stream} have the same id`);
  }
  // The events of one command share their metadata.
  const metadata = new Map<object, string>();
  const stored = events.map((event) => {
    const known = metadata.get(event.metadata) ?? documentOf(event.metadata, event.type);
    metadata.set(event.metadata, known);
    return {
      id: checked(uuid, event.id, 'event id'),
      type: checkedType(event.type),
      data: documentOf(event.data, event.type),
      metadata: known,
      given: event,
    };
  });
  const bytes = stored.reduce(
    (sum, event) => sum + Buffer.byteLength(event.data) + Buffer.byteLength(event.metadata),
    0,
  );
  if (bytes > bytesMax)
    throw new TypeError(`${bytes} bytes in one append to ${stream}: ${bytesMax} are allowed`);
  return stored;
}

function checked(pattern: RegExp, text: string, what: string): string {
  if (!pattern.test(text)) throw new TypeError(`not an ${what}: ${text}`);
  return text;
}

function checkedType(type: string): string {
  if (type.startsWith('$'))
    throw new TypeError(`${type}: types that begin with $ belong to the store itself`);
  return checked(plainName, type, 'event type');
}

/**
 * Postgres can read neither U+0000 nor half a surrogate pair out of a JSON document: once stored, such an event would
 * break every query that looks into it. `JSON.stringify` writes both as escapes, and nothing else in that form.
 */
function documentOf(value: object, type: string): string {
  const text = JSON.stringify(value);
  if (
    (text.includes('\\u0000') || text.includes('\\ud')) &&
    /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/.test(text)
  ) {
    throw new TypeError(`text in an event of type ${type} holds U+0000 or half a surrogate pair`);
  }
  return text;
}
