export type Chance = {
  /** A whole number from 0 up to but not including `limit`. */
  below(limit: number): number;
  of<T>(values: readonly T[]): T;
};

/** Reproducible, and good enough for a story (mulberry32); nothing here guards anything. */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  const below = (limit: number): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
  return {
    below,
    of: <T>(values: readonly T[]): T => {
      const value = values[below(values.length)];
      if (value === undefined) throw new RangeError('there is nothing to choose from');
      return value;
    },
  };
}
