import type { BucketRule, Taken, TokenBuckets } from '../../application/ports/token-buckets.js';
import { tokenMicrosOf } from '../../application/ports/token-buckets.js';
import { takenOf } from './taken.js';

const bucketsMax = 50_000;

/** Buckets of this process alone. What is forgotten of the oldest, when they are too many, is full again. */
export class MemoryTokenBuckets implements TokenBuckets {
  /** When each bucket will be full, in microseconds on the clock of `now`; the one that was taken from last stands last. */
  readonly #fullAt = new Map<string, number>();
  readonly #now: () => number;

  /** @param now milliseconds on any clock that only runs forward */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  async take(name: string, rule: BucketRule, count: number): Promise<Taken> {
    const at = Math.floor(this.#now() * 1000);
    const tokenMicros = tokenMicrosOf(rule);
    const capacity = rule.limit * tokenMicros;
    const before = Math.min(Math.max((this.#fullAt.get(name) ?? at) - at, 0), capacity);
    const granted = Math.min(count, Math.floor((capacity - before) / tokenMicros));
    const missing = before + granted * tokenMicros;
    this.#fullAt.delete(name);
    if (this.#fullAt.size >= bucketsMax) this.#forgetSome(at);
    this.#fullAt.set(name, at + missing);
    return takenOf(rule, granted, missing);
  }

  #forgetSome(at: number): void {
    for (const [name, fullAt] of this.#fullAt) if (fullAt <= at) this.#fullAt.delete(name);
    for (const name of this.#fullAt.keys()) {
      if (this.#fullAt.size <= bucketsMax / 2) return;
      this.#fullAt.delete(name);
    }
  }
}
