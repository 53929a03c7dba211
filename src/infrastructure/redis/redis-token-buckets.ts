import type { Redis } from 'ioredis';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import type { BucketRule, Taken, TokenBuckets } from '../../application/ports/token-buckets.js';
import { takenOf } from '../limits/taken.js';
import type { RedisConnection } from './redis-connection.js';

/** Buckets in Redis. What Redis forgets is full again. */
export class RedisTokenBuckets implements TokenBuckets {
  readonly #redis: RedisConnection;
  #counter: RateLimiterRedis | undefined;

  /** @param redis stays the caller's to close */
  constructor(redis: RedisConnection) {
    this.#redis = redis;
  }

  async take(name: string, rule: BucketRule, count: number): Promise<Taken> {
    const options = { customDuration: rule.windowSeconds };
    return this.#redis.ask(
      async (redis) => takenOf(rule, count, await this.#counterOn(redis).penalty(name, count, options)),
      () => {
        throw new Error('Redis does not answer');
      },
    );
  }

  #counterOn(redis: Redis): RateLimiterRedis {
    this.#counter ??= new RateLimiterRedis({
      storeClient: redis,
      points: 1,
      duration: 1,
      keyPrefix: 'counterfoil:bucket',
    });
    return this.#counter;
  }
}
