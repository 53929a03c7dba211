import { setTimeout as sleep } from 'node:timers/promises';
import type { EventStore, Position, RecordedEvent } from '../../application/ports/event-store.js';
import type { Leases } from '../../application/ports/lease.js';
import type { Logger } from '../../application/ports/logger.js';
import type { NewFailure, PolicyProgress } from '../../application/ports/policy-progress.js';
import type { Policy } from '../../application/shared/policy.js';
import { recordedAt } from '../../application/shared/recorded-at.js';
import { categoryOf } from '../../application/shared/stream-parts.js';
import { withPatience } from '../../application/shared/with-patience.js';
import { retryDelayMs } from './retry-delay.js';
import type { Worker } from './work-loop.js';

/** A process keeps the policies for so long at a time; one that died leaves them to another after it. */
const leaseMs = 10_000;
const turnMs = 5_000;
const standbyMs = 2_000;
const errorPauseMs = 1_000;
/** How long nothing may come before failures are looked at again. */
const lookMs = 1_000;
const streamsAtOnce = 8;
const failuresAtOnce = 50;

/**
 * Follows the log and tells the policies of each event, each stream's in order. One process at a time does it, by a lease;
 * should two of them do it all the same, commands are accepted once and only one of them moves the position on. An event
 * that a policy fails at waits, and with it the later ones of its stream; all other streams go on.
 */
export function createPolicyWorker(parts: {
  readonly policies: readonly Policy[];
  readonly log: {
    /** The events after a position, at least one; undefined when the signal aborts first. */
    next(after: Position, signal: AbortSignal): Promise<readonly RecordedEvent[] | undefined>;
  };
  readonly eventStore: Pick<EventStore, 'readStream'>;
  readonly progress: PolicyProgress;
  readonly leases: Leases;
  readonly logger: Logger;
}): Worker {
  const { policies, log, eventStore, progress, leases, logger } = parts;
  const byCategory = groupBy(policies, ({ category }) => category);

  async function run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const lease = await leases.acquire('policies', leaseMs);
        if (lease === undefined) await pause(standbyMs, signal);
        else await takeTurn(signal).finally(() => lease.release());
      } catch (error) {
        logger.error({ err: error }, 'the policies could not be followed');
        await pause(errorPauseMs, signal);
      }
    }
  }

  async function takeTurn(signal: AbortSignal): Promise<void> {
    const endsAt = performance.now() + turnMs;
    let position = await progress.position();
    let failuresAt = 0;
    while (!signal.aborted && performance.now() < endsAt) {
      // Where there were some, the later ones of their streams may be due by now.
      if (performance.now() >= failuresAt && !(await retryFailures()))
        failuresAt = performance.now() + lookMs;
      const from = position;
      const batch = await withPatience(signal, lookMs, (patience) => log.next(from, patience));
      if (batch === undefined) continue;
      const failures = await follow(batch);
      if (failures.length > 0) failuresAt = 0;
      const to = batch.at(-1)?.position ?? position;
      if (!(await progress.advance(position, to, failures))) return;
      position = to;
    }
  }

  /** What could not be done, in the order of the log. */
  async function follow(batch: readonly RecordedEvent[]): Promise<readonly NewFailure[]> {
    const relevant = batch.filter(({ stream }) => byCategory.has(categoryOf(stream)));
    if (relevant.length === 0) return [];
    const streams = [...groupBy(relevant, ({ stream }) => stream)];
    const waiting = await progress.waiting(streams.map(([stream]) => stream));
    const failures: NewFailure[] = [];
    const next = streams.values();
    const lane = async (): Promise<void> => {
      for (const [stream, events] of next)
        failures.push(...(await followStream(events, waiting.has(stream))));
    };
    await Promise.all(Array.from({ length: streamsAtOnce }, lane));
    return failures;
  }

  async function followStream(
    events: readonly RecordedEvent[],
    waits: boolean,
  ): Promise<readonly NewFailure[]> {
    const failures: NewFailure[] = [];
    for (const recorded of events) {
      const blocked = waits || failures.length > 0;
      const error = blocked ? 'waits for an earlier event of its stream' : await tell(recorded);
      if (error !== undefined) failures.push({ recorded, error });
    }
    return failures;
  }

  /** The error of a policy that could not do it; the others have been told as well. */
  async function tell(recorded: RecordedEvent): Promise<string | undefined> {
    let failure: string | undefined;
    for (const policy of byCategory.get(categoryOf(recorded.stream)) ?? []) {
      try {
        await policy.react(recorded);
      } catch (error) {
        const about = { policy: policy.name, eventId: recorded.id, stream: recorded.stream };
        logger.error({ ...about, type: recorded.type, err: error }, 'a policy failed at an event');
        failure ??= `${policy.name}: ${error instanceof Error ? error.message : String(error)}`;
      }
    }
    return failure;
  }

  /** False when none was due. */
  async function retryFailures(): Promise<boolean> {
    const due = await progress.dueFailures(failuresAtOnce);
    for (const failure of due) {
      const error = await tell(await recordedAt(eventStore, failure));
      if (error === undefined) await progress.settle(failure.event_id);
      else await progress.postpone(failure.event_id, error, retryDelayMs(failure.attempts));
    }
    return due.length > 0;
  }

  return { run };
}

function groupBy<K, V>(values: readonly V[], keyOf: (value: V) => K): ReadonlyMap<K, readonly V[]> {
  const groups = new Map<K, V[]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group === undefined) groups.set(keyOf(value), [value]);
    else group.push(value);
  }
  return groups;
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
