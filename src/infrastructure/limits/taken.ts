import type { BucketRule, Taken } from '../../application/ports/token-buckets.js';
import { tokenMicrosOf } from '../../application/ports/token-buckets.js';

/** What was granted, told by how many microseconds a bucket is short of being full afterwards. */
export function takenOf(rule: BucketRule, granted: number, missingMicros: number): Taken {
  const tokenMicros = tokenMicrosOf(rule);
  const missing = Math.ceil(missingMicros / tokenMicros);
  return {
    granted,
    left: rule.limit - missing,
    nextMs: missing === 0 ? 0 : (missingMicros - (missing - 1) * tokenMicros) / 1000,
    fullMs: missingMicros / 1000,
  };
}
