import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MemoryTokenBuckets } from '../../src/infrastructure/limits/memory-token-buckets.js';
import { tokenBucketsContract } from './token-buckets.contract.js';

describe('buckets in memory', () => {
  const buckets = new MemoryTokenBuckets();
  tokenBucketsContract(() => [buckets, buckets]);

  it('never grant more than the limit and what comes back, whenever how many are asked for', async () => {
    const take = fc.record({ afterMs: fc.nat(3_000), count: fc.integer({ min: 1, max: 12 }) });
    const rules = fc.record({
      limit: fc.integer({ min: 1, max: 13 }),
      refillSeconds: fc.integer({ min: 1, max: 7 }),
    });
    await fc.assert(
      fc.asyncProperty(rules, fc.array(take, { maxLength: 30 }), async (rule, takes) => {
        const clock = { ms: 0 };
        const virtual = new MemoryTokenBuckets(() => clock.ms);
        const granted: { readonly at: number; readonly count: number }[] = [];
        for (const { afterMs, count } of takes) {
          clock.ms += afterMs;
          const taken = await virtual.take('one', rule, count);
          // All that is asked for is granted where it is there.
          expect(taken.granted === count || taken.left === 0).toBe(true);
          granted.push({ at: clock.ms, count: taken.granted });
        }
        for (const [first, { at: from }] of granted.entries()) {
          let sum = 0;
          for (const { at, count } of granted.slice(first)) {
            sum += count;
            expect(sum).toBeLessThanOrEqual(
              rule.limit + ((at - from) / 1000) * (rule.limit / rule.refillSeconds),
            );
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it('are forgotten when they are full, then the oldest, before they fill the memory', async () => {
    const clock = { ms: 0 };
    const many = new MemoryTokenBuckets(() => clock.ms);
    const rule = { limit: 1, refillSeconds: 60 };
    for (let n = 0; n < 50_001; n += 1) await many.take(`address ${n}`, rule, 1);
    expect((await many.take('address 0', rule, 1)).granted).toBe(1);
    expect((await many.take('address 50000', rule, 1)).granted).toBe(0);
  });
});
