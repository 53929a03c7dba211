import { parseArgs } from 'node:util';
import type { Effort } from './bench.js';

export type BenchOptions = {
  /** Undefined runs all. */
  readonly only: readonly string[] | undefined;
  readonly effort: Effort;
};

const known = {
  only: { type: 'string' },
  quick: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/**
 * `--only append,webhook` selects, `--quick` runs one short round of each; undefined where `--help` is asked for.
 * @throws TypeError for an option that there is not, Error for a bench that there is not
 */
export function readOptions(args: readonly string[], names: readonly string[]): BenchOptions | undefined {
  const { values } = parseArgs({ args: [...args], options: known });
  if (values.help) return undefined;
  const only = values.only?.split(',');
  const unknown = only?.filter((name) => !names.includes(name)) ?? [];
  if (unknown.length > 0) {
    throw new Error(`there is no bench ${unknown.join(', ')}; there are ${names.join(', ')}`);
  }
  const { quick } = values;
  return { only, effort: { quick, rounds: quick ? 1 : 3, roundMs: quick ? 1_000 : 4_000 } };
}
