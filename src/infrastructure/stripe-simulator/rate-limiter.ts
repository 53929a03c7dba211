/** Requests per second: for one endpoint and for all of them together. */
export type RateLimit = { readonly perEndpoint: number; readonly total: number };

type Bucket = { tokens: number; refilledAtMs: number };

/** Token buckets that refill continuously and hold one second's worth. */
export class RateLimiter {
  #limit: RateLimit | null;
  readonly #nowMs: () => number;
  #buckets = new Map<string, Bucket>();

  /** With `null` nothing is limited. The limiter runs on real time, not on the virtual clock. */
  constructor(limit: RateLimit | null, nowMs: () => number) {
    this.#limit = limit;
    this.#nowMs = nowMs;
  }

  /** Changes the limits; the buckets start full. */
  configure(limit: RateLimit | null): void {
    this.#limit = limit;
    this.#buckets = new Map();
  }

  /** Takes a token for this operation; false means 429. */
  admits(operation: string): boolean {
    const limit = this.#limit;
    if (limit === null) return true;
    const endpoint = this.#bucket(operation, limit.perEndpoint);
    const total = this.#bucket('', limit.total);
    if (endpoint.tokens < 1 || total.tokens < 1) return false;
    endpoint.tokens -= 1;
    total.tokens -= 1;
    return true;
  }

  #bucket(name: string, perSecond: number): Bucket {
    const now = this.#nowMs();
    const bucket = this.#buckets.get(name) ?? { tokens: perSecond, refilledAtMs: now };
    const earned = ((now - bucket.refilledAtMs) / 1000) * perSecond;
    bucket.tokens = Math.min(perSecond, bucket.tokens + Math.max(0, earned));
    bucket.refilledAtMs = now;
    this.#buckets.set(name, bucket);
    return bucket;
  }
}
