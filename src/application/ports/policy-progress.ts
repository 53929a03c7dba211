import type { Position, RecordedEvent, StreamName } from './event-store.js';

/** An event that a policy could not follow yet. */
export type PolicyFailure = {
  readonly event_id: string;
  readonly stream: StreamName;
  readonly revision: bigint;
  readonly position: Position;
  readonly type: string;
  readonly attempts: number;
  readonly last_error: string;
};

/** How far the policies have followed the log, and what they still owe. */
export interface PolicyProgress {
  position(): Promise<Position>;
  /**
   * Moves on from one position to another and keeps the failures on the way, in one transaction. False, and nothing is
   * kept, when another process has moved on from there already.
   */
  advance(from: Position, to: Position, failures: readonly NewFailure[]): Promise<boolean>;
  /** Those of the streams that wait for an earlier event of theirs. */
  waiting(streams: readonly StreamName[]): Promise<ReadonlySet<StreamName>>;
  /** The first failure of each stream that may be tried again now, oldest first. */
  dueFailures(limit: number): Promise<readonly PolicyFailure[]>;
  settle(eventId: string): Promise<void>;
  postpone(eventId: string, error: string, afterMs: number): Promise<void>;
  failures(limit: number): Promise<readonly PolicyFailure[]>;
}

export type NewFailure = { readonly recorded: RecordedEvent; readonly error: string };
