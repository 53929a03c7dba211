import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { BucketRule, Taken, TokenBuckets } from '../../application/ports/token-buckets.js';
import { takenOf } from './taken.js';

/** Buckets of this process alone. */
export class MemoryTokenBuckets implements TokenBuckets {
  // The rule comes with each call; what the counter would make of its own points is not asked for.
  readonly #counter = new RateLimiterMemory({ points: 1, duration: 1, keyPrefix: '' });

  async take(name: string, rule: BucketRule, count: number): Promise<Taken> {
    const options = { customDuration: rule.windowSeconds };
    return takenOf(rule, count, await this.#counter.penalty(name, count, options));
  }
}
