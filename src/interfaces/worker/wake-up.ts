/** Lets whoever makes work tell the loop that does it; a hint that may be lost, for polling is the truth. */
export type WakeUp = {
  wake(): void;
  /** Resolves after `ms`, or at once when woken since the last wait, or when the signal aborts. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
};

export function createWakeUp(): WakeUp {
  let pending = false;
  let resolveWait: (() => void) | undefined;

  function wake(): void {
    pending = true;
    resolveWait?.();
  }

  async function wait(ms: number, signal: AbortSignal): Promise<void> {
    if (!pending && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', done);
          resolve();
        };
        const timer = setTimeout(done, ms);
        resolveWait = done;
        signal.addEventListener('abort', done, { once: true });
      });
      resolveWait = undefined;
    }
    pending = false;
  }

  return { wake, wait };
}
