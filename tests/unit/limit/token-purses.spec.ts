import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { PurseRule, TokenPurses } from '../../../src/application/limit/token-purses.js';
import { createTokenPurses } from '../../../src/application/limit/token-purses.js';
import type { BucketRule, Taken, TokenBuckets } from '../../../src/application/ports/token-buckets.js';
import { MemoryTokenBuckets } from '../../../src/infrastructure/limits/memory-token-buckets.js';
import { required } from '../../support/payment-examples.js';
import { silentLogger } from '../../support/postgres.js';

const rule: PurseRule = { limit: 100, limitAlone: 100, refillSeconds: 60 };

/** Shared buckets that count the questions, and can be out of reach. */
class SharedBuckets implements TokenBuckets {
  readonly clock = { ms: 0 };
  readonly #buckets = new MemoryTokenBuckets(() => this.clock.ms);
  takes = 0;
  isGone = false;

  async take(name: string, asked: BucketRule, count: number): Promise<Taken> {
    this.takes += 1;
    if (this.isGone) throw new Error('gone');
    return this.#buckets.take(name, asked, count);
  }
}

/** One process with its purses, on a clock that the test turns. */
function processOn(shared: TokenBuckets, clock = { ms: 0 }) {
  const now = (): number => clock.ms;
  const purses = createTokenPurses({
    ...{ shared, own: new MemoryTokenBuckets(now), logger: silentLogger, now },
  });
  return { purses, clock };
}

async function spendMany(purses: TokenPurses, name: string, times: number, of = rule): Promise<number> {
  const spent = await Promise.all(Array.from({ length: times }, async () => purses.spend(name, of)));
  return spent.filter(({ allowed }) => allowed).length;
}

describe('purses of tokens', () => {
  it('let through as much as the limit, and no more, from two processes together', async () => {
    const shared = new SharedBuckets();
    const [here, there] = [processOn(shared), processOn(shared)];
    const both = await Promise.all([spendMany(here.purses, 'key', 300), spendMany(there.purses, 'key', 300)]);
    expect(both[0] + both[1]).toBe(100);
    expect(await spendMany(here.purses, 'other key', 1)).toBe(1);
  });

  it('ask the shared buckets for one request in many', async () => {
    const shared = new SharedBuckets();
    const { purses } = processOn(shared);
    const wide = { limit: 100_000, limitAlone: 100_000, refillSeconds: 60 };
    for (let n = 0; n < 15_000; n += 1) await purses.spend('key', wide);
    expect(shared.takes).toBe(3);
  });

  it('ask nobody to refuse', async () => {
    const shared = new SharedBuckets();
    const { purses } = processOn(shared);
    await spendMany(purses, 'key', 101);
    const { takes } = shared;
    expect(await spendMany(purses, 'key', 1_000)).toBe(0);
    expect(shared.takes).toBe(takes);
  });

  it('tell what is left, when there is more, and how often they have refused', async () => {
    const shared = new SharedBuckets();
    const { purses, clock } = processOn(shared, shared.clock);
    expect(await purses.spend('key', rule)).toEqual({
      ...{ allowed: true, left: 99, retryMs: 0, fullMs: 600, refusals: 0 },
    });
    await spendMany(purses, 'key', 99);
    const refused = { allowed: false, left: 0, retryMs: 600, fullMs: 60_000, refusals: 1 };
    expect(await purses.spend('key', rule)).toEqual(refused);
    clock.ms += 300;
    expect(await purses.spend('key', rule)).toEqual({
      ...{ ...refused, retryMs: 300, fullMs: 59_700, refusals: 1.5 },
    });
    // The next token is there when it was said to be.
    clock.ms += 300;
    expect(await purses.spend('key', rule)).toMatchObject({ allowed: true, left: 0, refusals: 1 });
    expect(await purses.spend('key', rule)).toMatchObject({ allowed: false, retryMs: 600, refusals: 2 });
  });

  it('forget a refusal for each token that comes back', async () => {
    const shared = new SharedBuckets();
    const { purses, clock } = processOn(shared, shared.clock);
    await spendMany(purses, 'key', 110);
    expect(await purses.spend('key', rule)).toMatchObject({ allowed: false, refusals: 11 });
    clock.ms += 6_000;
    expect(await purses.spend('key', rule)).toMatchObject({ allowed: true, refusals: 1 });
  });

  it('run out as the bucket fills', async () => {
    const shared = new SharedBuckets();
    const { purses, clock } = processOn(shared, shared.clock);
    await purses.spend('key', rule);
    const { takes } = shared;
    clock.ms += 2 * 600;
    await purses.spend('key', rule);
    expect(shared.takes).toBe(takes);
    clock.ms += 2 * 600 + 1;
    // Of its five tokens two are spent, and the bucket has made good for the others: it must ask, though it has them.
    await purses.spend('key', rule);
    expect(shared.takes).toBe(takes + 1);
  });

  it('never let through more than the limit and what came back, in any time, from however many', async () => {
    const arrival = fc.record({ afterMs: fc.nat(2_000), times: fc.nat(30), by: fc.nat(2) });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 100 }),
        fc.array(arrival, { maxLength: 25 }),
        async (limit, arrivals) => {
          const shared = new SharedBuckets();
          const three = [0, 1, 2].map(() => processOn(shared, shared.clock).purses);
          const of: PurseRule = { limit, limitAlone: limit, refillSeconds: 10 };
          const passed: { readonly at: number; readonly count: number }[] = [];
          for (const { afterMs, times, by } of arrivals) {
            shared.clock.ms += afterMs;
            const count = await spendMany(required(three[by]), 'key', times, of);
            passed.push({ at: shared.clock.ms, count });
          }
          for (const [first, { at: from }] of passed.entries()) {
            let sum = 0;
            for (const { at, count } of passed.slice(first)) {
              sum += count;
              expect(sum).toBeLessThanOrEqual(limit + ((at - from) / 10_000) * limit);
            }
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it('let n processes spend n times the limit while the shared buckets are gone, and refuse the rest', async () => {
    const shared = new SharedBuckets();
    shared.isGone = true;
    const three = [processOn(shared), processOn(shared), processOn(shared)];
    for (const { purses } of three) expect(await spendMany(purses, 'key', 250)).toBe(100);
  });

  it('take off what was had of the shared buckets before they went away', async () => {
    const shared = new SharedBuckets();
    const { purses, clock } = processOn(shared);
    expect(await spendMany(purses, 'key', 60)).toBe(60);
    shared.isGone = true;
    clock.ms += 1;
    expect(await spendMany(purses, 'key', 250)).toBe(40);
  });

  it('are stricter alone where the rule says so, and never shut', async () => {
    const shared = new SharedBuckets();
    shared.isGone = true;
    const { purses } = processOn(shared);
    expect(await spendMany(purses, 'guesser', 50, { limit: 10, limitAlone: 5, refillSeconds: 60 })).toBe(5);
  });

  it('ask shared buckets that are gone once a second, not for each request', async () => {
    const shared = new SharedBuckets();
    shared.isGone = true;
    const { purses, clock } = processOn(shared);
    for (let n = 0; n < 50; n += 1) await purses.spend(`key ${n}`, rule);
    expect(shared.takes).toBe(1);
    clock.ms += 1_001;
    await Promise.all(Array.from({ length: 50 }, async (_, n) => purses.spend(`later key ${n}`, rule)));
    expect(shared.takes).toBe(2);
    shared.isGone = false;
    clock.ms += 1_001;
    await purses.spend('key', { ...rule, limit: 200 });
    await purses.spend('yet another key', rule);
    expect(shared.takes).toBeGreaterThan(2);
  });

  it('do without shared buckets that do not answer in time', async () => {
    const never: TokenBuckets = { take: () => new Promise(() => undefined) };
    const { purses } = processOn(never);
    expect(await purses.spend('key', rule)).toMatchObject({ allowed: true, left: 99 });
  });

  it('are forgotten before they fill the memory', async () => {
    const { purses } = processOn(new SharedBuckets());
    for (let n = 0; n < 20_001; n += 1) await purses.spend(`address ${n}`, rule);
    expect(await purses.spend('address 20000', rule)).toMatchObject({ allowed: true });
  });
});
