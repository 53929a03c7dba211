import { expect } from '@jest/globals';
import type { WritersReport } from './writers-and-kills.js';

/** What must hold after writers, rollbacks and kills. Arrays are compared by hand: a report of 200,000 events would not be read. */
export function expectNothingLost({ acknowledged, received, stored }: WritersReport): void {
  const storedIds = new Set(stored.map(({ id }) => id));
  expect(acknowledged.filter((id) => !storedIds.has(id))).toHaveLength(0);
  expect(storedIds.size).toBe(stored.length);
  expect(stored.filter(({ position }, index) => position !== BigInt(index + 1))).toHaveLength(0);
  for (const each of received) {
    expect(each.length).toBe(stored.length);
    expect(each.filter(({ id }, index) => id !== stored[index]?.id)).toHaveLength(0);
  }
  const heads = new Map<string, bigint>();
  const outOfOrder = stored.filter(({ stream, revision }) => {
    const expected = (heads.get(stream) ?? -1n) + 1n;
    heads.set(stream, revision);
    return revision !== expected;
  });
  expect(outOfOrder).toHaveLength(0);
}
