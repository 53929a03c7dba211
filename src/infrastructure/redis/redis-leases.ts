import { Redis } from 'ioredis';
import type { Lease, Leases } from '../../application/ports/lease.js';
import type { Logger } from '../../application/ports/logger.js';

/** Below the port's 250 ms, so that the fallback is answered in time. */
const budgetMs = 200;
const longestReconnectDelayMs = 2_000;

/**
 * Tokens come from one counter. It starts at the server's clock in microseconds, so that they go on growing after the
 * counter was flushed away.
 */
const acquireScript = `
if redis.call('exists', KEYS[1]) == 1 then return false end
if redis.call('exists', KEYS[2]) == 0 then
  local time = redis.call('time')
  redis.call('set', KEYS[2], string.format('%.0f', time[1] * 1000000 + time[2]))
end
local token = string.format('%.0f', redis.call('incr', KEYS[2]))
redis.call('set', KEYS[1], token, 'PX', ARGV[1])
return token`;

/** Deletes the lease only where it still carries the holder's token. */
const releaseScript = `
if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end
return 0`;

const tokenKey = 'counterfoil:lease-token';
const keyOf = (name: string): string => `counterfoil:lease:${name}`;

/**
 * Leases in Redis. No command waits longer than the budget and none is queued while the connection is down; then a lease
 * is granted without Redis, for correctness never rests on it.
 */
export class RedisLeases implements Leases {
  readonly #redis: Redis;
  readonly #logger: Logger;
  #reachable = true;

  constructor(url: string, logger: Logger) {
    this.#logger = logger;
    this.#redis = new Redis(url, {
      enableOfflineQueue: false,
      commandTimeout: budgetMs,
      connectTimeout: 1_000,
      maxRetriesPerRequest: 0,
      retryStrategy: (times) => Math.min(100 * times, longestReconnectDelayMs),
    });
    // Without a listener an error of the connection would end the process; it reconnects by itself.
    this.#redis.on('error', () => undefined);
  }

  async acquire(name: string, ttlMs: number): Promise<Lease | undefined> {
    try {
      const token = await this.#redis.eval(acquireScript, 2, keyOf(name), tokenKey, ttlMs);
      this.#noteReachable(true);
      if (typeof token !== 'string') return undefined;
      return { name, fencingToken: BigInt(token), release: () => this.#release(name, token) };
    } catch (error) {
      this.#noteReachable(false, error);
      return { name, fencingToken: 0n, release: async () => undefined };
    }
  }

  async close(): Promise<void> {
    this.#redis.disconnect();
  }

  async #release(name: string, token: string): Promise<void> {
    try {
      await this.#redis.eval(releaseScript, 1, keyOf(name), token);
    } catch (error) {
      this.#noteReachable(false, error);
    }
  }

  /** Says once when Redis goes away and once when it is back. */
  #noteReachable(reachable: boolean, error?: unknown): void {
    if (reachable === this.#reachable) return;
    this.#reachable = reachable;
    if (reachable) this.#logger.info({}, 'Redis answers again');
    else this.#logger.warn({ err: error }, 'Redis does not answer; leases are granted without it');
  }
}
