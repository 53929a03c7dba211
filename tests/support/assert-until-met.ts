import type fc from 'fast-check';
import { holds } from './corpus.js';

const roundsMax = 6;

/**
 * Asserts a property in rounds, until the random runs have met what it is about: a property that never met it would prove
 * nothing, and whether a single round does is a matter of luck. The caller says afterwards what must have been met.
 */
export function assertUntilMet<Ts>(
  name: string,
  property: fc.IProperty<Ts>,
  parameters: fc.Parameters<Ts>,
  isMet: () => boolean,
): void {
  for (let round = 1; round <= roundsMax; round += 1) {
    holds(name, property, parameters);
    if (isMet()) return;
  }
}
