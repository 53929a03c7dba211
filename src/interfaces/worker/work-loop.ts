import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../application/ports/logger.js';
import type { WakeUp } from './wake-up.js';

export type Worker = {
  /** Works until the signal aborts, then waits for what is under way. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
};

const longestErrorPauseMs = 30_000;
/** When all places were taken and one is free, others soon are: one claim then fills them together. */
const gatherLeastMs = 5;
/**
 * While more work waits than there are places, most of a process that is busy for a larger share of the time is left to its
 * requests: it waits until it was idle for so long.
 */
const busyFrom = 0.5;
const gatherIdleMs = 20;
/** So much at most, for a process that is never idle must get its work done all the same. */
const gatherMaxMs = 250;

/**
 * Claims due work and handles it, at most `concurrency` pieces at a time. Between empty claims it waits for a wake-up or
 * the next poll; while claiming fails it backs off. A piece whose handler throws is logged and holds up nothing.
 */
export function createWorkLoop<W>(parts: {
  readonly name: string;
  readonly concurrency: number;
  readonly pollMs: number;
  readonly wakeUp: WakeUp;
  readonly logger: Logger;
  /** At most `limit` pieces that nobody else is at. */
  claim(limit: number): Promise<readonly W[]>;
  handle(work: W): Promise<void>;
  /** The share of time in which the process was busy since it was last asked; by default it is never. */
  busyShare?(): number;
}): Worker {
  const { name, concurrency, pollMs, wakeUp, logger, claim, handle, busyShare = () => 0 } = parts;

  async function run(signal: AbortSignal): Promise<void> {
    const underWay = new Set<Promise<void>>();
    let failures = 0;
    while (!signal.aborted) {
      if (underWay.size >= concurrency) {
        await Promise.race(underWay);
        await sleep(gatherMs(busyShare()));
        continue;
      }
      let claimed: readonly W[] = [];
      try {
        claimed = await claim(concurrency - underWay.size);
        failures = 0;
      } catch (error) {
        failures += 1;
        logger.error({ err: error, worker: name, failures }, 'a worker could not fetch its work');
      }
      for (const work of claimed) {
        const piece = attempt(work).finally(() => underWay.delete(piece));
        underWay.add(piece);
      }
      if (claimed.length === 0) {
        await wakeUp.wait(failures === 0 ? pollMs : errorPause(pollMs, failures), signal);
      }
    }
    await Promise.all(underWay);
  }

  async function attempt(work: W): Promise<void> {
    try {
      await handle(work);
    } catch (error) {
      logger.error({ err: error, worker: name }, 'a worker failed at a piece of work');
    }
  }

  return { run };
}

/** How long to wait, when all places were taken, in a process that is busy for this share of time. */
export function gatherMs(busyShare: number): number {
  if (busyShare < busyFrom) return gatherLeastMs;
  return Math.min(gatherIdleMs / Math.max(1 - busyShare, 0.01), gatherMaxMs);
}

function errorPause(pollMs: number, failures: number): number {
  return Math.min(Math.max(pollMs, 100) * 2 ** Math.min(failures - 1, 16), longestErrorPauseMs);
}
