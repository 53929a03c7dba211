import type { Agenda, AgendaItem } from '../../application/ports/agenda.js';
import type { Clock } from '../../application/ports/clock.js';
import type { Logger } from '../../application/ports/logger.js';
import type { AgendaTasks } from '../../application/shared/agenda.js';
import { later } from '../../application/webhook/retry-schedule.js';
import { retryDelayMs } from './retry-delay.js';
import type { WakeUp } from './wake-up.js';
import type { Worker } from './work-loop.js';
import { createWorkLoop } from './work-loop.js';

/** The read model needs a moment to see that something is done, and some of it is only begun. */
const donePauseMs = 5_000;

/**
 * Does what has become due. Any number of processes may run one: an item is claimed by one of them at a time, and should
 * two of them do the same all the same, the stream's decider accepts it once.
 */
export function createAgendaWorker(parts: {
  readonly agenda: Agenda;
  readonly tasks: AgendaTasks;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly wakeUp: WakeUp;
  readonly concurrency?: number;
  readonly pollMs?: number;
}): Worker {
  const { agenda, tasks, clock, logger, wakeUp, concurrency = 8, pollMs = 500 } = parts;

  async function handle(item: AgendaItem): Promise<void> {
    const about = { stream: item.stream, kind: item.kind, item: item.item, attempts: item.attempts };
    try {
      const task = Object.hasOwn(tasks, item.kind) ? tasks[item.kind] : undefined;
      if (task === undefined) throw new Error(`this version knows no task for ${item.kind}`);
      await task(item);
      logger.info(about, 'what was due is done');
      await postpone(item, Math.max(donePauseMs, retryDelayMs(item.attempts - 1)), null);
    } catch (error) {
      logger.error({ ...about, err: error }, 'what was due could not be done');
      const message = error instanceof Error ? error.message : String(error);
      await postpone(item, retryDelayMs(item.attempts - 1), message);
    }
  }

  const postpone = (item: AgendaItem, ms: number, error: string | null) =>
    agenda.postpone(item, later(clock.now(), ms), error);
  const claim = (limit: number) => agenda.claim(clock.now(), limit);
  return createWorkLoop({ name: 'agenda', concurrency, pollMs, wakeUp, logger, claim, handle });
}
