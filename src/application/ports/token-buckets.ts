/** A bucket holds `limit` tokens; an empty one is full again after `refillSeconds`, and fills evenly all the while. */
export type BucketRule = {
  /** Whole, at least 1: what may be taken at once. */
  readonly limit: number;
  /** Whole, at least 1. */
  readonly refillSeconds: number;
};

export type Taken = {
  /** From 0 to as many as were asked for. */
  readonly granted: number;
  /** Whole tokens that are in the bucket afterwards. */
  readonly left: number;
  /** Until there is one more than `left`, in milliseconds; 0 when the bucket is full. */
  readonly nextMs: number;
  /** Until the bucket is full, in milliseconds. */
  readonly fullMs: number;
};

/** In how many microseconds one token comes back: whole, so that all keepers of buckets count the same. */
export function tokenMicrosOf({ limit, refillSeconds }: BucketRule): number {
  return Math.ceil((refillSeconds * 1_000_000) / limit);
}

/** Buckets that several processes take from. Every adapter passes tests/contract/token-buckets.contract.ts. */
export interface TokenBuckets {
  /**
   * Takes up to `count` tokens (whole, at least 1) from the bucket called `name` (at most 200 characters), which is full
   * before the first take. However many take at once, no more than `limit` and what comes back in that time is granted in
   * any span of time.
   * @throws when the keeper of the buckets does not answer; tokens may be lost then, and are never granted twice
   */
  take(name: string, rule: BucketRule, count: number): Promise<Taken>;
}
