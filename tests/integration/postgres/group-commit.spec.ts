import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { GroupCommit, Overloaded } from '../../../src/infrastructure/postgres/group-commit.js';

/** Doubles numbers, five milliseconds per batch, and remembers the batches. */
function doubling(options: { batchMax?: number; queueMax?: number; weight?: (n: number) => number }) {
  const batches: (readonly number[])[] = [];
  let running = 0;
  let mostRunning = 0;
  const group = new GroupCommit<number, number>({
    batchMax: 4,
    queueMax: 100,
    ...options,
    flush: async (items) => {
      batches.push(items);
      running += 1;
      mostRunning = Math.max(mostRunning, running);
      await sleep(5);
      running -= 1;
      if (items.includes(-2)) throw new Error('the whole batch failed');
      return items.map((item) => (item === -1 ? new Error('this one failed') : item * 2));
    },
  });
  return { group, batches, mostRunning: () => mostRunning };
}

describe('group commit', () => {
  it('answers each caller and sends what is waiting together, one batch at a time', async () => {
    const { group, batches, mostRunning } = doubling({});
    const results = await Promise.all([1, 2, 3, 4, 5, 6].map((n) => group.submit(n)));
    expect(results).toEqual([2, 4, 6, 8, 10, 12]);
    expect(batches).toEqual([
      [1, 2, 3, 4],
      [5, 6],
    ]);
    expect(mostRunning()).toBe(1);
  });

  it('gathers callers that submit again as soon as they are answered', async () => {
    const { group, batches } = doubling({});
    await Promise.all(
      [1, 2, 3].map(async (n) => {
        for (let turn = 0; turn < 3; turn += 1) await group.submit(n);
      }),
    );
    expect(batches.map(({ length }) => length)).toEqual([3, 3, 3]);
  });

  it('sends before the event loop turns to anything else', async () => {
    const { group, batches } = doubling({});
    const answered = group.submit(1);
    await new Promise<void>((resolve) => process.nextTick(resolve));
    expect(batches).toEqual([[1]]);
    expect(await answered).toBe(2);
  });

  it('counts weight, and sends what is too heavy alone', async () => {
    const { group, batches } = doubling({ weight: (n) => n });
    await Promise.all([1, 9, 2, 2, 1].map((n) => group.submit(n)));
    expect(batches).toEqual([[1], [9], [2, 2], [1]]);
  });

  it('fails one item alone, or the batch, and goes on', async () => {
    const { group } = doubling({ batchMax: 2 });
    const outcomes = await Promise.allSettled([1, -1, -2, 3, 4].map((n) => group.submit(n)));
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
      'rejected',
      'fulfilled',
    ]);
  });

  it('refuses more than may wait, and after closing, and finishes what it took', async () => {
    const { group } = doubling({ queueMax: 2 });
    const taken = [group.submit(1), group.submit(2)];
    await expect(group.submit(3)).rejects.toThrow(Overloaded);
    const closed = group.close();
    await expect(group.submit(4)).rejects.toThrow(Overloaded);
    await closed;
    expect(await Promise.all(taken)).toEqual([2, 4]);
  });
});
