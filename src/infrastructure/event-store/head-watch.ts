import type { Position } from '../../application/ports/event-store.js';

type Waiter = { readonly after: Position; readonly wake: () => void };

/**
 * Wakes those who wait for the log to grow. While somebody waits it asks for the head at a steady pace, once for all
 * of them, and hears of appends of its own process at once.
 */
export class HeadWatch {
  readonly #head: () => Promise<Position>;
  readonly #pollMs: number;
  readonly #waiters = new Set<Waiter>();
  #timer: NodeJS.Timeout | undefined;
  #asking = false;
  #askAgain = false;
  #known: Position = 0n;

  constructor(head: () => Promise<Position>, pollMs: number) {
    this.#head = head;
    this.#pollMs = pollMs;
  }

  /** Resolves when the log may hold something after `position`, or when the signal aborts. Never rejects. */
  beyond(position: Position, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiters.delete(waiter);
        signal.removeEventListener('abort', wake);
        if (this.#waiters.size === 0) this.#stop();
        resolve();
      };
      const waiter: Waiter = { after: position, wake };
      this.#waiters.add(waiter);
      signal.addEventListener('abort', wake, { once: true });
      // It may have grown between the caller's last look and this wait.
      if (this.#known > position) void this.#ask();
      else this.#schedule();
    });
  }

  /** The log is known to reach this far. */
  reached(position: Position): void {
    this.#known = position;
    for (const { after, wake } of [...this.#waiters]) if (after < position) wake();
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => void this.#ask(), this.#pollMs);
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #ask(): Promise<void> {
    if (this.#asking) {
      this.#askAgain = true;
      return;
    }
    this.#asking = true;
    this.#stop();
    try {
      do {
        this.#askAgain = false;
        this.reached(await this.#head());
      } while (this.#askAgain);
    } catch {
      // The store is out of reach: those who wait go on waiting, and the next turn asks again.
    } finally {
      this.#asking = false;
      if (this.#waiters.size > 0) this.#schedule();
    }
  }
}
