import type { Lease, Leases } from '../../application/ports/lease.js';
import type { RedisConnection } from './redis-connection.js';

/**
 * A token is the server's clock in microseconds, or one more than the last one where the clock stood still or was set
 * back: so tokens go on growing after everything was flushed away, or the server was started anew.
 */
const acquireScript = `
if redis.call('exists', KEYS[1]) == 1 then return false end
local time = redis.call('time')
local last = tonumber(redis.call('get', KEYS[2]) or 0)
local token = string.format('%.0f', math.max(last + 1, time[1] * 1000000 + time[2]))
redis.call('set', KEYS[2], token)
redis.call('set', KEYS[1], token, 'PX', ARGV[1])
return token`;

/** Deletes the lease only where it still carries the holder's token. */
const releaseScript = `
if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end
return 0`;

const tokenKey = 'counterfoil:lease-token';
const keyOf = (name: string): string => `counterfoil:lease:${name}`;

/**
 * Leases in Redis, and in another service while Redis does not answer. Two workers may then hold one lease, of a service
 * each: the tokens of both come from the clock, and the guarded store refuses the smaller one.
 */
export class RedisLeases implements Leases {
  readonly #redis: RedisConnection;
  readonly #otherwise: Leases;

  /** @param redis stays the caller's to close */
  constructor(redis: RedisConnection, otherwise: Leases) {
    this.#redis = redis;
    this.#otherwise = otherwise;
  }

  async acquire(name: string, ttlMs: number): Promise<Lease | undefined> {
    return this.#redis.ask(
      async (redis) => {
        const token = await redis.eval(acquireScript, 2, keyOf(name), tokenKey, ttlMs);
        if (typeof token !== 'string') return undefined;
        return { name, fencingToken: BigInt(token), release: () => this.#release(name, token) };
      },
      () => this.#otherwise.acquire(name, ttlMs),
    );
  }

  async #release(name: string, token: string): Promise<void> {
    await this.#redis.ask(
      async (redis) => void (await redis.eval(releaseScript, 1, keyOf(name), token)),
      () => undefined,
    );
  }
}
