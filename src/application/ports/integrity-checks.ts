import type { Instant } from '../../domain/shared/instant.js';
import type { Position } from './event-store.js';
import type { Page, PageRequest } from './read-models.js';

/** What can be wrong, by its name. */
export const findingKinds = [
  /** The log skips a position that its store deals out without gaps. */
  'position_gap',
  /** A stream lacks the event before this one, or holds it twice. */
  'revision_gap',
  /** No codec of this version reads the event. */
  'event_undecodable',
  /** The entries of one event do not sum to zero in a currency. */
  'journal_unbalanced',
  /** All entries together do not sum to zero in a currency. */
  'ledger_unbalanced',
  /** An entry names no event of the log that stands at its position. */
  'entry_without_event',
  /** A read model is not what the events say. */
  'read_model_differs',
  /** A read model could not be built from the events at all. */
  'read_model_not_rebuilt',
] as const;

export type IntegrityFinding = {
  readonly kind: (typeof findingKinds)[number];
  /** The stream, event, currency or read model that it is about. */
  readonly subject: string;
  readonly position: Position | null;
  readonly detail: string;
};

export type IntegrityResult = {
  /** Position of the last event that was looked at. */
  readonly position: Position;
  readonly events: bigint;
  readonly entries: bigint;
  readonly finding_count: bigint;
  /** The first 100 of them. */
  readonly findings: readonly IntegrityFinding[];
};

export type IntegrityCheckRow = {
  readonly id: string;
  readonly requested_by: string;
  readonly reason: string | null;
  readonly created_at: Instant;
  readonly finished_at: Instant | null;
  /** Null until it is finished. */
  readonly result: IntegrityResult | null;
};

/** Checks that somebody asked for, and what they found. */
export interface IntegrityChecks {
  ask(check: Pick<IntegrityCheckRow, 'id' | 'requested_by' | 'reason'>): Promise<IntegrityCheckRow>;
  /** The id of the check that has waited for longest; undefined when none waits. */
  nextPending(): Promise<string | undefined>;
  /** Changes nothing for a check that is finished already. */
  finish(id: string, result: IntegrityResult): Promise<void>;
  find(id: string): Promise<IntegrityCheckRow | undefined>;
  /** @throws UnknownCursor */
  list(page: PageRequest): Promise<Page<IntegrityCheckRow>>;
}

/** What the entries of one event come to in one currency; `amount` is zero where they balance. */
export type JournalSum = {
  readonly position: Position;
  readonly event_id: string;
  readonly currency: string;
  readonly amount: bigint;
  readonly entries: bigint;
};

/** The ledger as it stands in its tables. */
export interface LedgerSums {
  /** Sums of the positions after `after`, up to `upTo` or to the end for null, by position; at most `limit`. */
  between(after: Position, upTo: Position | null, limit: number): Promise<readonly JournalSum[]>;
}
