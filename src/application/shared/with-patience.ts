/**
 * Does the work with a signal that aborts as `signal` does, or after `ms`. `AbortSignal.any` over `AbortSignal.timeout` would say
 * the same, but Node may collect that timer as garbage while somebody waits for it, and then it never aborts.
 */
export async function withPatience<T>(
  signal: AbortSignal,
  ms: number,
  work: (patience: AbortSignal) => Promise<T>,
): Promise<T> {
  const patience = new AbortController();
  const giveUp = (): void => patience.abort();
  const timer = setTimeout(giveUp, ms);
  signal.addEventListener('abort', giveUp, { once: true });
  if (signal.aborted) giveUp();
  try {
    return await work(patience.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
  }
}
