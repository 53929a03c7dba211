import type { Agenda, AgendaItem } from '../../application/ports/agenda.js';
import type { Clock } from '../../application/ports/clock.js';
import type { Logger } from '../../application/ports/logger.js';
import type { AgendaTasks } from '../../application/shared/agenda.js';
import type { WakeUp } from './wake-up.js';
import type { Worker } from './work-loop.js';
import { createWorkLoop } from './work-loop.js';

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
    } catch (error) {
      logger.error({ ...about, err: error }, 'what was due could not be done');
      await agenda.noteFailure(item, error instanceof Error ? error.message : String(error));
    }
  }

  const claim = (limit: number) => agenda.claim(clock.now(), limit);
  return createWorkLoop({ name: 'agenda', concurrency, pollMs, wakeUp, logger, claim, handle });
}
