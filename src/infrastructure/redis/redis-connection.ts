import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Logger } from '../../application/ports/logger.js';

/** Within it Redis has answered, or is done without. */
const productBudgetMs = 150;
const probeEveryMs = 100;
const longestReconnectDelayMs = 2_000;
/** A connection that is only just being made is no outage. */
const probesBeforeWarning = 10;

/**
 * One connection to a Redis that nobody depends on. No command waits longer than the budget, and none is queued while
 * the connection is down. After the first one that fails Redis is left alone, and probed in the background until it
 * answers: an outage costs those who are waiting at its beginning the budget, and nobody after them.
 */
export class RedisConnection {
  /** Its client is loaded only where there is a Redis: a process without one starts faster. */
  #redis: Redis | undefined;
  readonly #logger: Logger;
  readonly #closing = new AbortController();
  #answers = false;
  /** An outage is told once, whether a command found it or the probes did. */
  #outageTold = false;

  /** @param budgetMs what a command may take; another one than the product's is for tests on a machine of any speed */
  constructor(url: string, logger: Logger, budgetMs = productBudgetMs) {
    this.#logger = logger;
    void this.#connect(url, budgetMs);
  }

  /** What Redis answers; `otherwise()` when it does not within the budget, or did not lately. */
  async ask<T>(command: (redis: Redis) => Promise<T>, otherwise: () => T | Promise<T>): Promise<T> {
    const redis = this.#redis;
    if (redis === undefined || !this.#answers) return otherwise();
    try {
      return await command(redis);
    } catch (error) {
      if (this.#answers && !this.#closing.signal.aborted) {
        this.#answers = false;
        this.#warn(error);
        void this.#probe(redis);
      }
    }
    return otherwise();
  }

  /** Whether it is asked just now, or done without. */
  answers(): boolean {
    return this.#answers;
  }

  close(): void {
    this.#closing.abort();
    this.#answers = false;
    this.#redis?.disconnect();
  }

  async #connect(url: string, budgetMs: number): Promise<void> {
    const { Redis: Client } = await import('ioredis');
    if (this.#closing.signal.aborted) return;
    const redis = new Client(url, {
      enableOfflineQueue: false,
      commandTimeout: budgetMs,
      connectTimeout: 1_000,
      disconnectTimeout: productBudgetMs,
      maxRetriesPerRequest: 0,
      retryStrategy: (times) => Math.min(100 * times, longestReconnectDelayMs),
    });
    // Without a listener an error of the connection would end the process; it reconnects by itself.
    redis.on('error', () => undefined);
    this.#redis = redis;
    await this.#probe(redis);
  }

  async #probe(redis: Redis): Promise<void> {
    const { signal } = this.#closing;
    for (let probes = 1; !signal.aborted; probes += 1) {
      try {
        await redis.ping();
        if (signal.aborted) return;
        this.#answers = true;
        this.#outageTold = false;
        this.#logger.info({}, 'Redis answers');
        return;
      } catch (error) {
        if (probes === probesBeforeWarning) this.#warn(error);
        // What was sent to a Redis that is frozen would wait here, in memory, for as long as it is.
        if (redis.status === 'ready') redis.disconnect(true);
        await sleep(probeEveryMs, undefined, { signal, ref: false }).catch(() => undefined);
      }
    }
  }

  #warn(error: unknown): void {
    if (this.#outageTold) return;
    this.#outageTold = true;
    this.#logger.warn({ err: error }, 'Redis does not answer; it is done without');
  }
}
