import { setTimeout as sleep } from 'node:timers/promises';

/** Runs a worker while the test does something. */
export async function during<T>(
  worker: { run(signal: AbortSignal): Promise<void> },
  use: () => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const running = worker.run(stop.signal);
  try {
    return await use();
  } finally {
    stop.abort();
    await running;
  }
}

/** Tries again until it holds. */
export async function eventually(check: () => Promise<void>, withinMs = 20_000): Promise<void> {
  const end = Date.now() + withinMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
      await sleep(20);
    }
  }
}
