import type { BucketRule, Taken } from '../../application/ports/token-buckets.js';

/**
 * What a counter that went up by `count` means for a bucket. Counters go on above the limit, and each process sees a value
 * of its own, so the parts below the limit never add up to more than the limit.
 */
export function takenOf(
  rule: BucketRule,
  count: number,
  counter: { readonly consumedPoints: number; readonly msBeforeNext: number },
): Taken {
  const before = counter.consumedPoints - count;
  return {
    granted: Math.min(count, Math.max(rule.limit - before, 0)),
    left: Math.max(rule.limit - counter.consumedPoints, 0),
    resetMs: Math.max(counter.msBeforeNext, 0),
  };
}
