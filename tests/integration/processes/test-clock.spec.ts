import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PostgresTestClock } from '../../../src/infrastructure/postgres/test-clock.js';
import { systemClock } from '../../../src/infrastructure/system-clock.js';
import { eventuallyHolds } from '../../support/eventually.js';
import type { Bench } from '../projections/support.js';
import { openBench } from '../projections/support.js';

const day = 86_400_000;

describe('the clock of demo and test mode', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench();
  });
  afterAll(() => bench.close());

  it('is put forward for every process, and the provider with it', async () => {
    const advanced: number[] = [];
    const one = new PostgresTestClock(bench.pool, async (ms) => void advanced.push(ms));
    const other = new PostgresTestClock(bench.pool, async () => undefined);
    await Promise.all([one.start(), other.start()]);
    await one.advance(3 * day);
    await one.advance(2 * day);
    expect(advanced).toEqual([3 * day, 2 * day]);
    expect(Date.parse(one.now()) - Date.parse(systemClock.now())).toBeGreaterThanOrEqual(5 * day - 1);
    await eventuallyHolds(() => expect(other.aheadMs).toBe(5 * day));
    one.stop();
    other.stop();
    const afterRestart = new PostgresTestClock(bench.pool, async () => undefined);
    await afterRestart.start();
    expect(afterRestart.aheadMs).toBe(5 * day);
    afterRestart.stop();
  });

  it('stands still when the provider does not follow', async () => {
    const clock = new PostgresTestClock(bench.pool, () => Promise.reject(new Error('no answer')));
    await clock.start();
    const before = clock.aheadMs;
    await expect(clock.advance(day)).rejects.toThrow('no answer');
    expect(clock.aheadMs).toBe(before);
    clock.stop();
  });

  it('begins in the past where nothing has moved it, and comes back to the machine without the provider', async () => {
    await bench.rows('update counterfoil.test_clock set ahead_ms = 0');
    const advanced: number[] = [];
    const clock = new PostgresTestClock(bench.pool, async (ms) => void advanced.push(ms));
    await clock.start();
    await clock.rewind(90 * day);
    await clock.rewind(10 * day);
    expect(clock.aheadMs).toBe(-90 * day);
    const restarted = new PostgresTestClock(bench.pool, async (ms) => void advanced.push(ms));
    await restarted.start();
    expect(restarted.aheadMs).toBe(-90 * day);
    await restarted.advance(89 * day);
    expect(advanced).toEqual([]);
    await restarted.advance(3 * day);
    expect([advanced, restarted.aheadMs]).toEqual([[2 * day], 2 * day]);
    await eventuallyHolds(() => expect(clock.aheadMs).toBe(2 * day));
    await clock.rewind(day);
    expect(clock.aheadMs).toBe(2 * day);
    clock.stop();
    restarted.stop();
  });
});
