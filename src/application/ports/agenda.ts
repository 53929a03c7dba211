import type { Instant } from '../../domain/shared/instant.js';
import type { StreamName } from './event-store.js';

/** Something that is to be done for a stream at a time, because a fact of that stream says so. */
export type AgendaItem = {
  readonly stream: StreamName;
  readonly kind: string;
  /** Which one of that kind; empty where a stream has only one. */
  readonly item: string;
  /** The fact that promised it, by its id and its revision in the stream. */
  readonly event_id: string;
  readonly revision: bigint;
  readonly due_at: Instant;
  /** This one included. */
  readonly attempts: number;
};

/**
 * What is to be done and when, over all streams: a read model of the facts, so it may lag. What is done by it must be
 * decided on the stream, where a second run finds that nothing is left to do.
 */
export interface Agenda {
  /**
   * Takes up to `limit` items that are due by `now`, the longest due first, for the caller alone. An item comes back
   * until a fact takes it off: after 30 s at first, then after twice as long each time, up to an hour.
   */
  claim(now: Instant, limit: number): Promise<readonly AgendaItem[]>;
  /** Notes why an attempt did not succeed, for whoever looks. */
  noteFailure(item: AgendaItem, error: string): Promise<void>;
}
