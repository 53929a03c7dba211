import type { Clock } from '../../application/ports/clock.js';
import type { EventStore, StreamName } from '../../application/ports/event-store.js';
import type { Lease, Leases } from '../../application/ports/lease.js';
import type { Logger } from '../../application/ports/logger.js';
import type { PendingEffect, PendingEffects } from '../../application/ports/read-models.js';
import type { CarryOut } from '../../application/shared/effects.js';
import { recordedAt } from '../../application/shared/recorded-at.js';
import { categoryOf, idOf } from '../../application/shared/stream-parts.js';
import { later } from '../../application/webhook/retry-schedule.js';
import type { Instant } from '../../domain/shared/instant.js';
import { retryDelayMs } from './retry-delay.js';
import type { WakeUp } from './wake-up.js';
import type { Worker } from './work-loop.js';
import { createWorkLoop } from './work-loop.js';

/** For answers that contradict the history: a person must look, and once an hour is often enough to see that. */
const contradictionDelayMs = 3_600_000;
/** A request that has been in doubt for this long is a matter for a person. */
const doubtMaxMs = 15 * 60_000;
/** The read model needs a moment to see that an effect is settled, and some answers settle nothing yet. */
const settledPauseMs = 5_000;
/** Another process ends its call in that time, most often, and the read model then shows the effect no more. */
const heldElsewherePauseMs = 5_000;

/**
 * Carries out requests to the provider that were recorded and have no outcome: their process died, or the provider did
 * not answer. Needs nobody's help: after a crash, every open request is asked again with its own key until it ends.
 */
export function createEffectWorker(parts: {
  readonly pending: PendingEffects;
  readonly eventStore: Pick<EventStore, 'readStream'>;
  readonly leases: Pick<Leases, 'acquire'>;
  /** How the requests of each stream category are carried out. */
  readonly effects: Readonly<Record<string, CarryOut>>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly wakeUp: WakeUp;
  /** How long the process that recorded a request has it to itself. */
  readonly graceMs: number;
  /** How long an effect stays with a worker that died; longer than a call to the provider with its look-up can take. */
  readonly leaseMs: number;
  readonly concurrency?: number;
  readonly pollMs?: number;
}): Worker {
  const { pending, eventStore, leases, effects, clock, logger, wakeUp, graceMs, leaseMs } = parts;
  const { concurrency = 8, pollMs = 500 } = parts;
  /** Effects that this process is at: the read model shows them as due until they are settled or postponed. */
  const underWay = new Set<string>();
  /** Effects that another process is at, and until when they are left to it. */
  const heldElsewhere = new Map<string, Instant>();

  async function claim(limit: number): Promise<readonly PendingEffect[]> {
    const now = clock.now();
    for (const [id, until] of heldElsewhere) if (until <= now) heldElsewhere.delete(id);
    const passedOver = underWay.size + heldElsewhere.size;
    const due = await pending.due(now, later(now, -graceMs), limit + passedOver);
    const claimed = due
      .filter(({ event_id: id }) => !underWay.has(id) && !heldElsewhere.has(id))
      .slice(0, limit);
    for (const { event_id: id } of claimed) underWay.add(id);
    return claimed;
  }

  async function handle(effect: PendingEffect): Promise<void> {
    const { event_id: id, stream } = effect;
    try {
      // Set first: should the lease fail for want of an answer, it is not asked for again at once.
      heldElsewhere.set(id, later(clock.now(), heldElsewherePauseMs));
      const lease = await leases.acquire(`effect:${id}`, leaseMs);
      if (lease === undefined) return;
      heldElsewhere.delete(id);
      try {
        await carryOut(effect, lease);
      } catch (error) {
        logger.error({ err: error, eventId: id, stream }, 'a pending effect could not be carried out');
        const message = error instanceof Error ? error.message : String(error);
        await postpone(effect, lease, retryDelayMs(effect.attempts), message);
      } finally {
        await lease.release();
      }
    } finally {
      underWay.delete(id);
    }
  }

  async function carryOut(effect: PendingEffect, lease: Lease): Promise<void> {
    const { event_id: id, stream, revision, attempts } = effect;
    const carryOutIn = effects[categoryOf(stream)];
    if (carryOutIn === undefined) throw new Error(`no effects are known for ${stream}`);
    const recorded = await recordedAt(eventStore, { stream: stream as StreamName, revision, event_id: id });
    const about = { eventId: id, stream, type: recorded.type, attempts };
    logger.debug({ ...about, fencingToken: lease.fencingToken }, 'a pending request is taken up');
    const outcome = await carryOutIn(idOf(stream), recorded);
    switch (outcome.outcome) {
      case 'settled':
        logger.info(about, 'a pending request to the provider is settled');
        return postpone(effect, lease, Math.max(settledPauseMs, retryDelayMs(effect.attempts)), 'answered');
      case 'unknown': {
        const delayMs = Math.max(retryDelayMs(effect.attempts), outcome.retryAfterMs ?? 0);
        const told = { ...about, reason: outcome.reason, delayMs };
        const openMs = Date.parse(clock.now()) - Date.parse(effect.requested_at);
        if (openMs <= doubtMaxMs) logger.warn(told, 'a request to the provider is still in doubt');
        else
          logger.error({ ...told, alert: true, openMs }, 'a request to the provider has long been in doubt');
        return postpone(effect, lease, delayMs, outcome.reason);
      }
      case 'contradiction':
        logger.error(
          { ...about, alert: true, detail: outcome.detail },
          'the provider contradicts the history',
        );
        return postpone(effect, lease, contradictionDelayMs, outcome.detail, true);
    }
  }

  async function postpone(
    { event_id: id, stream }: PendingEffect,
    { fencingToken }: Lease,
    delayMs: number,
    error: string,
    contradicted = false,
  ): Promise<void> {
    const until = later(clock.now(), delayMs);
    const noted = await pending.postpone(id, until, error, fencingToken, contradicted);
    if (!noted) {
      logger.warn(
        { eventId: id, stream, fencingToken },
        'a stale note was refused: another worker took over',
      );
    }
  }

  return createWorkLoop({ name: 'effects', concurrency, pollMs, wakeUp, logger, claim, handle });
}
