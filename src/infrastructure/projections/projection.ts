import { auditedCategories } from '../../application/audit/audited-categories.js';
import type { RecordedEvent } from '../../application/ports/event-store.js';
import { decodeOnce } from '../../application/shared/decode-once.js';
import type { EventCodec } from '../../application/shared/event-codec.js';
import { categoryOf } from '../../application/shared/stream-parts.js';
import type { RowChange, Tables } from './row-changes.js';

/** What stands around a fact in the store. */
export type Envelope = Omit<RecordedEvent, 'data'>;

/**
 * A read model as a value. Its DDL and its changes name tables without a schema, so that the same projection can be built
 * beside itself; the queries name the live schema, `read_<name>`. Within a batch the changes of different streams may be
 * written in another order than they happened, so what one stream writes must not depend on another.
 */
export type Projection = {
  /** snake_case */
  readonly name: string;
  /** A new number builds the tables anew when the program starts, beside the old ones, and then swaps them. */
  readonly version: number;
  readonly ddl: string;
  readonly tables: Tables;
  readonly changesOf: ChangesOf;
};

/** What an event means to a projection, no change when it means nothing; undefined when the event is unknown. */
export type ChangesOf = (recorded: RecordedEvent) => readonly RowChange[] | undefined;

/** What each event type means to a read model; a type that is not listed means nothing to it. */
export type Handlers<E extends { readonly type: string }> = {
  readonly [T in E['type']]?: (
    event: Extract<E, { readonly type: T }>,
    envelope: Envelope,
  ) => readonly RowChange[];
};

/** Handles the events of one category: see `routeByCategory`. */
export function onEvents<E extends { readonly type: string }>(
  codec: EventCodec<E>,
  handlers: Handlers<E>,
): ChangesOf {
  type AnyHandler = (event: E, envelope: Envelope) => readonly RowChange[];
  const byType = new Map(Object.entries(handlers) as [string, AnyHandler][]);
  return (recorded) => {
    const event = decodeOnce(codec, recorded);
    return event === undefined ? undefined : (byType.get(event.type)?.(event, recorded) ?? []);
  };
}

/** Handles each event of one category in the same way. */
export function onEveryEvent<E>(
  codec: EventCodec<E>,
  handler: (event: E, envelope: Envelope) => readonly RowChange[],
): ChangesOf {
  return (recorded) => {
    const event = decodeOnce(codec, recorded);
    return event === undefined ? undefined : handler(event, recorded);
  };
}

/**
 * Leads an event to the handlers of its stream's category. Other categories of this program mean nothing to the read
 * model; events of a category that only a newer version knows are unknown.
 */
export function routeByCategory(routes: Readonly<Record<string, ChangesOf>>): ChangesOf {
  const byCategory = new Map(Object.entries(routes));
  return (recorded) => {
    const category = categoryOf(recorded.stream);
    const route = byCategory.get(category);
    if (route !== undefined) return route(recorded);
    return Object.hasOwn(auditedCategories, category) ? [] : undefined;
  };
}
