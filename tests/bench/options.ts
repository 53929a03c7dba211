import { parseArgs } from 'node:util';
import type { Effort } from './bench.js';

export type BenchOptions = {
  /** Undefined runs all. */
  readonly only: readonly string[] | undefined;
  readonly effort: Effort;
};

/** `--only append,webhook` selects, `--quick` runs one short round of each. */
export function readOptions(args: readonly string[], names: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: { only: { type: 'string' }, quick: { type: 'boolean', default: false } },
  });
  const only = values.only?.split(',');
  const unknown = only?.filter((name) => !names.includes(name)) ?? [];
  if (unknown.length > 0) {
    throw new Error(`there is no bench ${unknown.join(', ')}; there are ${names.join(', ')}`);
  }
  const { quick } = values;
  return { only, effort: { quick, rounds: quick ? 1 : 3, roundMs: quick ? 1_000 : 4_000 } };
}
