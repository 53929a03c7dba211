import { v7 } from 'uuid';
import type {
  LimitCommand,
  LimitEvent,
  LimitKind,
  LimitRejection,
  LimitState,
} from '../../domain/limit/limit.js';
import { penaltySecondsOf } from '../../domain/limit/limit.js';
import type { LimitId } from '../../domain/shared/ids.js';
import type { Clock } from '../ports/clock.js';
import type { EventMetadata } from '../ports/event-store.js';
import type { LimitQueries, LimitRow } from '../ports/limit-queries.js';
import type { Logger } from '../ports/logger.js';
import type { Page, PageRequest } from '../ports/read-models.js';
import type { CommandHandler, Handled, Loaded } from '../shared/command-handler.js';
import { within } from '../shared/within.js';

export type LimitHandler = CommandHandler<LimitState, LimitCommand, LimitEvent, LimitRejection>;

export type Penalties = {
  /** Milliseconds until the penalty on a limit is over; 0 where there is none. Asks nobody. */
  remainingMs(id: LimitId): number;
  /**
   * Makes it known to all processes and auditors that a limit was overstepped too far, and answers as `remainingMs`. Never
   * rejects: a penalty that cannot be recorded holds in this process.
   * @param subject null for an address
   * @param cause the request's id
   */
  impose(id: LimitId, kind: LimitKind, subject: string | null, cause: string): Promise<number>;
  /** The penalties in force, the latest first, as the read models know them. */
  list(page: PageRequest): Promise<Page<LimitRow>>;
  /** Ends a penalty; its reason is in the metadata. */
  pardon(id: LimitId, metadata: EventMetadata): Promise<Handled<LimitState, LimitEvent, LimitRejection>>;
};

/** `revision` tells which of two reports is the later one; a penalty that only this process knows of has none. */
type Known = { readonly untilMs: number; readonly isPardoned: boolean; readonly revision: bigint };

const lookAgainAfterMs = 1_000;
/** For so long a pardon is remembered against read models that have not heard of it. */
const oldNewsMs = 60_000;
const recordWithinMs = 500;
/** Somebody with many addresses must not make the log of facts, or a queue of ours, grow as fast as they can ask. */
const recordingsMax = 20;

/** The penalties in force, in memory: those of this process at once, those of others a moment later. */
export function createPenalties(parts: {
  readonly handler: LimitHandler;
  readonly queries: LimitQueries;
  /** The machine's: nobody is let in again because the time of payments was put forward. */
  readonly clock: Clock;
  readonly logger: Logger;
  /** Milliseconds on any clock that only runs forward. */
  readonly now?: () => number;
}): Penalties {
  const { handler, queries, clock, logger, now = () => performance.now() } = parts;
  const known = new Map<LimitId, Known>();
  const recordings = new Map<LimitId, Promise<void>>();
  let lookedAt = Number.NEGATIVE_INFINITY;
  let isLooking = false;
  const clockMs = (): number => Date.parse(clock.now());

  function remainingMs(id: LimitId): number {
    if (!isLooking && now() - lookedAt >= lookAgainAfterMs) void look();
    const penalty = known.get(id);
    return penalty === undefined || penalty.isPardoned ? 0 : Math.max(penalty.untilMs - clockMs(), 0);
  }

  async function look(): Promise<void> {
    isLooking = true;
    try {
      const rows = await queries.penalties(clock.now());
      for (const { id, penalized_until, pardoned_at, revision } of rows) {
        learn(id, { untilMs: Date.parse(penalized_until), isPardoned: pardoned_at !== null, revision });
      }
    } catch (error) {
      logger.debug({ err: error }, 'the penalties of other processes could not be read');
    } finally {
      const at = clockMs();
      for (const [id, { untilMs }] of known) if (untilMs <= at) known.delete(id);
      lookedAt = now();
      isLooking = false;
    }
  }

  function learn(id: LimitId, news: Known): void {
    const before = known.get(id);
    if (before === undefined || before.revision <= news.revision) known.set(id, news);
  }

  function learnFrom(id: LimitId, { state, revision }: Loaded<LimitState>): void {
    if (state.status === 'absent' || revision === null) return;
    const isPardoned = state.status === 'pardoned';
    const untilMs = isPardoned
      ? Math.max(known.get(id)?.untilMs ?? 0, clockMs() + oldNewsMs)
      : Date.parse(state.since) + state.penaltySeconds * 1000;
    learn(id, { untilMs, isPardoned, revision });
  }

  async function impose(
    id: LimitId,
    kind: LimitKind,
    subject: string | null,
    cause: string,
  ): Promise<number> {
    if (!recordings.has(id) && recordings.size < recordingsMax) {
      const recording = record(id, kind, subject, cause).finally(() => recordings.delete(id));
      recordings.set(id, recording);
    }
    await within(recordWithinMs, recordings.get(id) ?? Promise.resolve(), () => undefined);
    if (remainingMs(id) === 0) {
      known.set(id, {
        untilMs: clockMs() + penaltySecondsOf(kind, 1) * 1000,
        isPardoned: false,
        revision: -1n,
      });
    }
    return remainingMs(id);
  }

  async function record(id: LimitId, kind: LimitKind, subject: string | null, cause: string): Promise<void> {
    const metadata: EventMetadata = {
      commandId: v7(),
      correlationId: cause,
      causationId: cause,
      actor: { kind: 'system', id: 'limits' },
      reason: null,
    };
    try {
      const at = clock.now();
      learnFrom(id, await handler.handle(id, { type: 'ImposePenalty', at, kind, subject }, metadata));
    } catch (error) {
      logger.warn(
        { err: error, limit: id, kind },
        'a penalty was not recorded; it holds in this process alone',
      );
    }
  }

  return {
    remainingMs,
    impose,
    list: (page) => queries.list(clock.now(), page),
    async pardon(id, metadata) {
      const handled = await handler.handle(id, { type: 'PardonPenalty', at: clock.now() }, metadata);
      learnFrom(id, handled);
      return handled;
    },
  };
}
