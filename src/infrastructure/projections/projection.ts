import type { RecordedEvent } from '../../application/ports/event-store.js';
import type { EventCodec } from '../../application/shared/event-codec.js';
import { UnknownEventType } from '../../application/shared/event-codec.js';

/** Arrays become Postgres arrays, objects become JSON text. */
export type SqlValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly (string | bigint | null)[]
  | { readonly [name: string]: unknown };

/** `text` must be one of few constant strings: it is prepared once per connection. */
export type SqlStatement = { readonly text: string; readonly values: readonly SqlValue[] };

/** What stands around a fact in the store. */
export type Envelope = Omit<RecordedEvent, 'data'>;

/**
 * A read model as a value. `ddl` and the statements name tables without a schema, so that the same projection can be
 * built beside itself; the queries name the live schema, `read_<name>`.
 */
export type Projection = {
  /** snake_case */
  readonly name: string;
  /** A new number builds the tables anew when the program starts, beside the old ones, and then swaps them. */
  readonly version: number;
  readonly ddl: string;
  /** Every table with the columns of its primary key, for the comparison of two builds. */
  readonly tables: Readonly<Record<string, readonly string[]>>;
  readonly statementsOf: StatementsOf;
};

/** The statements that an event means to a projection, none when it means nothing; undefined when it is unknown. */
export type StatementsOf = (recorded: RecordedEvent) => readonly SqlStatement[] | undefined;

/** What each event type means to a read model; a type that is not listed means nothing to it. */
export type Handlers<E extends { readonly type: string }> = {
  readonly [T in E['type']]?: (
    event: Extract<E, { readonly type: T }>,
    envelope: Envelope,
  ) => readonly SqlStatement[];
};

/** Handles the events of one category: see `routeByCategory`. */
export function onEvents<E extends { readonly type: string }>(
  codec: EventCodec<E>,
  handlers: Handlers<E>,
): StatementsOf {
  type AnyHandler = (event: E, envelope: Envelope) => readonly SqlStatement[];
  const byType = new Map(Object.entries(handlers) as [string, AnyHandler][]);
  return (recorded) => {
    const event = decodeOnce(codec, recorded);
    return event === undefined ? undefined : (byType.get(event.type)?.(event, recorded) ?? []);
  };
}

/** Handles each event of one category in the same way. */
export function onEveryEvent<E>(
  codec: EventCodec<E>,
  handler: (event: E, envelope: Envelope) => readonly SqlStatement[],
): StatementsOf {
  return (recorded) => {
    const event = decodeOnce(codec, recorded);
    return event === undefined ? undefined : handler(event, recorded);
  };
}

/** Leads an event to the handlers of its stream's category; events of other categories are unknown. */
export function routeByCategory(routes: Readonly<Record<string, StatementsOf>>): StatementsOf {
  const byCategory = new Map(Object.entries(routes));
  return (recorded) => byCategory.get(categoryOf(recorded.stream))?.(recorded);
}

export function categoryOf(stream: string): string {
  return stream.slice(0, stream.indexOf('-'));
}

/** Projections share the batches they read, and most of the work on an event is to decode it. */
const decoded = new WeakMap<object, WeakMap<RecordedEvent, unknown>>();

function decodeOnce<E>(codec: EventCodec<E>, recorded: RecordedEvent): E | undefined {
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

/** A newer version of the program may have written types that this one does not know. */
function decodeKnown<E>(codec: EventCodec<E>, recorded: RecordedEvent): E | undefined {
  try {
    return codec.decode(recorded);
  } catch (error) {
    if (error instanceof UnknownEventType) return undefined;
    throw error;
  }
}
