import type { Instant } from '../../domain/shared/instant.js';

/** `category-id`, where the category has no dash: EventStoreDB splits a name at its first dash. */
export type StreamName = `${string}-${string}`;

/**
 * A place in the global order. Positions grow along that order and are never reused; they need not be
 * contiguous. 0n stands before the first event. A position of one store means nothing in another.
 */
export type Position = bigint;

/**
 * What the writer knows of the stream: the revision of its last event (the first event has revision 0n),
 * that it has none, or `any` for streams where order does not matter to the writer.
 */
export type ExpectedRevision = bigint | 'no_stream' | 'any';

type Actor = {
  readonly kind: 'api_key' | 'user' | 'customer' | 'system' | 'stripe';
  /** The key's, user's or customer's id, the system component's name, or the Stripe event's or object's id. */
  readonly id: string;
};

/** Who, why and because of what: stored with every event, never part of the domain's facts. */
export type EventMetadata = {
  /** UUID of the command that decided the event: one command leaves its events once. */
  readonly commandId: string;
  /** Ties together everything that one outside request set in motion; the request id where there is one. */
  readonly correlationId: string;
  /** Id of the event that caused this one, or the request or webhook id at the edge. */
  readonly causationId: string;
  readonly actor: Actor;
  /** Free text given by the person who asked for a write, at most 500 characters. */
  readonly reason: string | null;
};

export type EventToAppend = {
  /** UUID, deterministic from the command, so that appending again after an unknown outcome is harmless. */
  readonly id: string;
  /** Stored type, such as `PaymentCaptured` or `PaymentCaptured.v2`. */
  readonly type: string;
  /** JSON object that its own text gives back the same; money as `{ "amount": "<minor units>", "currency": "USD" }`. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata: EventMetadata;
};

export type RecordedEvent = EventToAppend & {
  readonly stream: StreamName;
  readonly revision: bigint;
  readonly position: Position;
  /** The store's own clock at the append. */
  readonly recordedAt: Instant;
};

export type AppendResult =
  | {
      readonly outcome: 'appended';
      /** Revision and position of the last event of this append. */
      readonly revision: bigint;
      readonly position: Position;
      /** True when the store already held exactly these event ids at these revisions. */
      readonly repeated: boolean;
    }
  | {
      readonly outcome: 'conflict';
      /** Revision of the stream's last event; null when the stream has none. */
      readonly actual: bigint | null;
    };

/**
 * The store could not say whether the append happened, within its deadline and retries. Asking again with the
 * same event ids and the same expected revision is always safe.
 */
export class AppendOutcomeUnknown extends Error {
  override readonly name = 'AppendOutcomeUnknown';
}

/** The store cannot be reached or does not answer; nothing was written by this call. */
export class EventStoreUnavailable extends Error {
  override readonly name = 'EventStoreUnavailable';
}

/**
 * The log of facts. Every adapter passes tests/contract/event-store.contract.ts.
 */
export interface EventStore {
  /**
   * Appends all of the events, durably and next to each other in the stream, or none. Idempotent by event id
   * when the expected revision is given. `events` has 1 to 64 entries, none of which may be changed afterwards: those who
   * follow the store may be given their data and metadata as they are.
   * @throws AppendOutcomeUnknown, EventStoreUnavailable
   */
  append(
    stream: StreamName,
    expected: ExpectedRevision,
    events: readonly EventToAppend[],
  ): Promise<AppendResult>;

  /**
   * Events of one stream in revision order; empty when it has none. Sees every append acknowledged before the call.
   * @param range `from` (default 0n) is the first revision wanted; `limit` bounds the number (default: all).
   */
  readStream(
    stream: StreamName,
    range?: { readonly from?: bigint; readonly limit?: number },
  ): Promise<readonly RecordedEvent[]>;

  /**
   * The last event of one stream, found without reading those before it; undefined when it has none. Sees every append
   * acknowledged before the call.
   */
  readLast(stream: StreamName): Promise<RecordedEvent | undefined>;

  /**
   * At most `limit` (1 to 1,000) events of all streams after a position, in global order. Never skips an event that a
   * later call could return before the last one of this call.
   */
  readAll(after: Position, limit: number): Promise<readonly RecordedEvent[]>;

  /** Position of the last event; 0n for an empty store. */
  head(): Promise<Position>;

  /**
   * Every event after a position, past and future, in global order, in non-empty batches of at most `batchMax`.
   * Reconnects by itself and ends only when `signal` aborts. The next batch is fetched after the consumer asks for it.
   * Consumers may share data and metadata with each other and with those who appended them, so none may change them.
   */
  subscribe(
    after: Position,
    options: { readonly signal: AbortSignal; readonly batchMax: number },
  ): AsyncIterable<readonly RecordedEvent[]>;

  /** Finishes appends under way and releases connections. */
  close(): Promise<void>;
}
