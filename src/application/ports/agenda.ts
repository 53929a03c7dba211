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
   * Takes up to `limit` items that are due by `now`, the longest due first, for the caller alone and for 20 s: should the
   * caller die, another one takes them up then, however often that happens. An item comes back until a fact takes it off.
   */
  claim(now: Instant, limit: number): Promise<readonly AgendaItem[]>;
  /** Leaves a claimed item until then, with why the attempt did not succeed for whoever looks; null where it did. */
  postpone(item: AgendaItem, until: Instant, error: string | null): Promise<void>;
}
