import type { BucketRule, Taken, TokenBuckets } from '../../application/ports/token-buckets.js';
import { tokenMicrosOf } from '../../application/ports/token-buckets.js';
import { takenOf } from '../limits/taken.js';
import type { RedisConnection } from './redis-connection.js';

/**
 * A key holds when its bucket will be full, in microseconds of the server's clock, and is gone when it is. A clock that was
 * set back leaves an empty bucket, not one that stays empty for as long.
 */
const takeScript = `
local time = redis.call('time')
local now = time[1] * 1000000 + time[2]
local tokenMicros, count = tonumber(ARGV[2]), tonumber(ARGV[3])
local capacity = tonumber(ARGV[1]) * tokenMicros
local before = math.min(math.max(tonumber(redis.call('get', KEYS[1]) or now) - now, 0), capacity)
local granted = math.min(count, math.floor((capacity - before) / tokenMicros))
local missing = before + granted * tokenMicros
if missing > 0 then
  redis.call('set', KEYS[1], string.format('%.0f', now + missing), 'PX', math.ceil(missing / 1000))
end
return { granted, missing }`;

/** Buckets in Redis. What Redis forgets is full again. */
export class RedisTokenBuckets implements TokenBuckets {
  readonly #redis: RedisConnection;

  /** @param redis stays the caller's to close */
  constructor(redis: RedisConnection) {
    this.#redis = redis;
  }

  async take(name: string, rule: BucketRule, count: number): Promise<Taken> {
    return this.#redis.ask(
      async (redis) => {
        const key = `counterfoil:tokens:${name}`;
        const answer = await redis.eval(takeScript, 1, key, rule.limit, tokenMicrosOf(rule), count);
        const [granted, missingMicros] = Array.isArray(answer) ? answer.map(Number) : [];
        if (granted === undefined || missingMicros === undefined) {
          throw new TypeError('Redis answered a take of tokens with something else');
        }
        return takenOf(rule, granted, missingMicros);
      },
      () => {
        throw new Error('Redis does not answer');
      },
    );
  }
}
