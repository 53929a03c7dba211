/** A bucket holds `limit` tokens, and is full again `windowSeconds` after the first of them was taken. */
export type BucketRule = {
  /** Whole, at least 1. */
  readonly limit: number;
  /** Whole, at least 1. */
  readonly windowSeconds: number;
};

export type Taken = {
  /** From 0 to as many as were asked for. */
  readonly granted: number;
  /** What is in the bucket afterwards. */
  readonly left: number;
  /** Until the bucket is full again, in milliseconds. */
  readonly resetMs: number;
};

/** Buckets that several processes take from. Every adapter passes tests/contract/token-buckets.contract.ts. */
export interface TokenBuckets {
  /**
   * Takes up to `count` tokens (whole, at least 1) from the bucket called `name` (at most 200 characters). However many
   * take at once, no more than `rule.limit` are granted in one window.
   * @throws when the keeper of the buckets does not answer; tokens may be lost then, and are never granted twice
   */
  take(name: string, rule: BucketRule, count: number): Promise<Taken>;
}
