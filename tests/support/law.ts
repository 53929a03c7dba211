import { it } from '@jest/globals';
import type fc from 'fast-check';
import { holds } from './corpus.js';

/** One law of the money algebra: the same value is checked by a test and printed in docs/money-laws.md. */
export type Law = {
  readonly sentence: string;
  /** How many random cases a run draws; null for an example that is looked at as it is. */
  readonly runs: number | null;
  readonly check: () => void;
};

/** `name` is that of its corpus. */
export function law<Ts>(name: string, sentence: string, property: fc.IProperty<Ts>, runs = 100): Law {
  return { sentence, runs, check: () => holds(name, property, { numRuns: runs }) };
}

export function example(sentence: string, check: () => void): Law {
  return { sentence, runs: null, check };
}

export function holdLaws(laws: readonly Law[]): void {
  for (const { sentence, check } of laws) it(sentence, check);
}
