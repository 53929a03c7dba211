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
  /** One token in six minutes: none comes back while a test goes on. */
  const rule = { limit: 10, refillSeconds: 3_600 };

  it('grant what is asked for while there is enough, and say what is left', async () => {
    const [buckets] = bucketsOf();
    const name = newName();
    const first = await buckets.take(name, rule, 3);
    expect(first).toMatchObject({ granted: 3, left: 7 });
    expect(first.fullMs).toBeGreaterThan(2.5 * 360_000);
    expect(first.fullMs).toBeLessThanOrEqual(3 * 360_000);
    expect(first.nextMs).toBeGreaterThan(0.5 * 360_000);
    expect(first.nextMs).toBeLessThanOrEqual(360_000);
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
      expect(refused.nextMs).toBeGreaterThan(0.5 * 360_000);
      expect(refused.nextMs).toBeLessThanOrEqual(360_000);
    }
  });

  it('never grant more than the limit to many who take at once from two processes', async () => {
    const two = bucketsOf();
    const name = newName();
    const wide = { limit: 100, refillSeconds: 360_000 };
    const taken = await Promise.all(
      Array.from({ length: 90 }, (_, n) => (two[n % 2] ?? two[0]).take(name, wide, 1 + (n % 3))),
    );
    expect(taken.reduce((sum, { granted }) => sum + granted, 0)).toBe(100);
  });

  it('have the next token when they said, and no earlier', async () => {
    const [buckets] = bucketsOf();
    const name = newName();
    const brief = { limit: 2, refillSeconds: 1 };
    const startedAt = performance.now();
    let taken = await buckets.take(name, brief, 2);
    expect(taken.granted).toBe(2);
    for (let granted = 0; granted === 0; granted = taken.granted) {
      await sleep(taken.nextMs + 1);
      taken = await buckets.take(name, brief, 1);
    }
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(500);
  });

  it('are full at first, and never hold more than the limit', async () => {
    const [buckets] = bucketsOf();
    const name = newName();
    const quick = { limit: 3, refillSeconds: 1 };
    await buckets.take(name, quick, 1);
    await sleep(700);
    expect((await buckets.take(name, quick, 9)).granted).toBe(3);
  });

  it('never grant more in any time than the limit and what comes back in it', async () => {
    const two = bucketsOf();
    const name = newName();
    const quick = { limit: 20, refillSeconds: 1 };
    const takes: { readonly askedAt: number; readonly answeredAt: number; readonly granted: number }[] = [];
    const take = async (count: number) => {
      const askedAt = performance.now();
      const { granted } = await (two[takes.length % 2] ?? two[0]).take(name, quick, count);
      takes.push({ askedAt, answeredAt: performance.now(), granted });
    };
    await take(1);
    // Nearly the time to fill is over when the rest is taken: a window of a second would end amid it.
    await sleep(800);
    // Within the time a steady client gets what comes back; on a slow machine few takes fit into it.
    const taken = () => takes.reduce((sum, { granted }) => sum + granted, 0);
    const startedAt = performance.now();
    const isOver = (ms: number) => performance.now() - startedAt > ms;
    while (!isOver(400) || (taken() <= quick.limit && !isOver(30_000))) {
      await take(1 + (takes.length % 3));
      await sleep(5);
    }
    for (const [first, { askedAt }] of takes.entries()) {
      let sum = 0;
      for (const { answeredAt, granted } of takes.slice(first)) {
        sum += granted;
        expect(sum).toBeLessThanOrEqual(quick.limit + ((answeredAt - askedAt) / 1000) * quick.limit);
      }
    }
    expect(taken()).toBeGreaterThan(quick.limit);
  });

  it('are apart by their names', async () => {
    const [buckets] = bucketsOf();
    expect((await buckets.take(newName(), rule, 10)).granted).toBe(10);
    expect((await buckets.take(newName(), rule, 10)).granted).toBe(10);
  });
}
