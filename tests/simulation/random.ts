import { createHash } from 'node:crypto';

/** A source of chance that gives the same numbers in every run; each name under a seed is a source of its own. */
export type Random = {
  /** A whole number from 0 to `bound` - 1. */
  below(bound: number): number;
  /** True in `probability` of all cases. */
  chance(probability: number): boolean;
  pick<T>(items: readonly [T, ...T[]]): T;
  /** A number between the bounds where small ones are as likely as large ones, order of magnitude by order. */
  spread(least: number, most: number): number;
  uuid(): string;
};

/** The generator is sfc32, which passes the usual batteries of tests. */
export function createRandom(seed: string): Random {
  const digest = createHash('sha256').update(seed).digest();
  let [a, b, c, counter] = [
    digest.readInt32LE(0),
    digest.readInt32LE(4),
    digest.readInt32LE(8),
    digest.readInt32LE(12),
  ];

  function word(): number {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return sum >>> 0;
  }

  const below = (bound: number): number => Math.floor((word() / 2 ** 32) * bound);
  return {
    below,
    chance: (probability) => word() / 2 ** 32 < probability,
    pick: <T>(items: readonly [T, ...T[]]) => items[below(items.length)] ?? items[0],
    spread: (least, most) => Math.floor(least * (most / least) ** (word() / 2 ** 32)),
    uuid() {
      const hex = Array.from({ length: 4 }, () => word().toString(16).padStart(8, '0')).join('');
      return [
        hex.slice(0, 8),
        hex.slice(8, 12),
        `7${hex.slice(13, 16)}`,
        `8${hex.slice(17, 20)}`,
        hex.slice(20),
      ].join('-');
    },
  };
}
