import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import type { TokenBuckets } from '../../src/application/ports/token-buckets.js';

let names = 0;
const newName = (): string => {
  names += 1;
  return `contract-${process.pid}-${names}`;
};

/**
 * What all buckets promise.
 * @param bucketsOf two takers of the same buckets, as two processes are; both the same where there is only one
 */
export function tokenBucketsContract(bucketsOf: () => readonly [TokenBuckets, TokenBuckets]): void {
  const rule = { limit: 10, windowSeconds: 60 };

  it('grant what is asked for while there is enough, and say what is left', async () => {
    const [buckets] = bucketsOf();
    const name = newName();
    const first = await buckets.take(name, rule, 3);
    expect(first).toMatchObject({ granted: 3, left: 7 });
    expect(first.resetMs).toBeGreaterThan(50_000);
    expect(first.resetMs).toBeLessThanOrEqual(60_000);
    expect(await buckets.take(name, rule, 6)).toMatchObject({ granted: 6, left: 1 });
  });

  it('grant the rest, and then nothing, to whoever asks for more', async () => {
    const [here, there] = bucketsOf();
    const name = newName();
    await here.take(name, rule, 8);
    expect(await there.take(name, rule, 5)).toMatchObject({ granted: 2, left: 0 });
    for (const buckets of [here, there]) {
      const refused = await buckets.take(name, rule, 5);
      expect(refused).toMatchObject({ granted: 0, left: 0 });
      expect(refused.resetMs).toBeGreaterThan(50_000);
    }
  });

  it('never grant more than the limit to many who take at once from two processes', async () => {
    const two = bucketsOf();
    const name = newName();
    const wide = { limit: 100, windowSeconds: 60 };
    const taken = await Promise.all(
      Array.from({ length: 90 }, (_, n) => (two[n % 2] ?? two[0]).take(name, wide, 1 + (n % 3))),
    );
    expect(taken.reduce((sum, { granted }) => sum + granted, 0)).toBe(100);
  });

  it('are full again when the window is over', async () => {
    const [buckets] = bucketsOf();
    const name = newName();
    const brief = { limit: 2, windowSeconds: 1 };
    expect((await buckets.take(name, brief, 5)).granted).toBe(2);
    const { granted, resetMs } = await buckets.take(name, brief, 1);
    if (granted === 0) await sleep(resetMs + 50);
    expect((await buckets.take(name, brief, 1)).granted).toBe(1);
  });

  it('are apart by their names', async () => {
    const [buckets] = bucketsOf();
    expect((await buckets.take(newName(), rule, 10)).granted).toBe(10);
    expect((await buckets.take(newName(), rule, 10)).granted).toBe(10);
  });
}
