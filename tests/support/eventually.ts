import { setTimeout as sleep } from 'node:timers/promises';

/** Longer each time, from 20 ms to 250: to ask takes the machine from what is waited for. */
export const pauseMs = (asked: number): number => Math.min(20 * 1.25 ** asked, 250);

/**
 * Asks again until the answer is as wanted; for what happens soon but not at once, such as a webhook. Fails with the last
 * answer when the time is over.
 */
export async function eventually<T>(
  ask: () => Promise<T>,
  isWanted: (answer: T) => boolean,
  timeoutMs = 30_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (let asked = 0; ; asked += 1) {
    const answer = await ask();
    if (isWanted(answer)) return answer;
    if (performance.now() > deadline) {
      const shown = JSON.stringify(answer, (_key, value) => (typeof value === 'bigint' ? `${value}` : value));
      throw new Error(`not as wanted after ${timeoutMs} ms: ${shown?.slice(0, 2000)}`);
    }
    await sleep(pauseMs(asked));
  }
}

/** The same for expectations: they are tried again until they hold, and the last failure is told when the time is over. */
export async function eventuallyHolds(
  expectations: () => Promise<void> | void,
  timeoutMs = 30_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (let asked = 0; ; asked += 1) {
    try {
      await expectations();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(pauseMs(asked));
    }
  }
}
