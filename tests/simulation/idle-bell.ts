import type { WakeUp } from '../../src/interfaces/worker/wake-up.js';
import type { Scheduler, Step } from './scheduler.js';
import type { Stores } from './stores.js';

/**
 * A worker's wait that lasts until there is something to do: polls that would find nothing have no effect, and months of
 * them take no time here.
 * @param nextDueMs when work is due; undefined when none waits
 */
export function createIdleBell(
  scheduler: Scheduler,
  stores: Stores,
  nextDueMs: () => number | undefined,
): WakeUp {
  const owner = scheduler.running;
  let woken = false;
  let ring: (() => void) | undefined;

  function wake(): void {
    woken = true;
    ring?.();
  }

  async function wait(ms: number): Promise<void> {
    if (!woken) {
      await new Promise<void>((resolve) => {
        const earliestMs = scheduler.nowMs + ms;
        let step: Step | undefined;
        const look = (): void => {
          // A process that died watches no more, and takes no part in what is left to chance.
          if (!owner.alive) {
            stop();
            return;
          }
          const dueMs = nextDueMs();
          const atMs = dueMs === undefined ? undefined : Math.max(dueMs, earliestMs);
          if (step !== undefined && !step.canceled && step.dueMs === atMs) return;
          if (step !== undefined) step.canceled = true;
          step = atMs === undefined ? undefined : scheduler.plan(atMs - scheduler.nowMs, owner, 'polls', end);
        };
        const stop = stores.watch(look);
        function end(): void {
          stop();
          if (step !== undefined) step.canceled = true;
          resolve();
        }
        ring = end;
        look();
      });
      ring = undefined;
    }
    woken = false;
  }

  return { wake, wait };
}
