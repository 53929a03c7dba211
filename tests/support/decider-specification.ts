import { expect } from '@jest/globals';
import type { Decider } from '../../src/domain/shared/decider.js';
import { fold } from '../../src/domain/shared/decider.js';

/** given(decider, history).when(command).then(...events) | .thenNothing() | .thenRejected({ code }) */
export function given<S, C, E, R extends { readonly code: string }>(
  decider: Decider<S, C, E, R>,
  history: readonly E[],
) {
  return {
    when(command: C) {
      const decision = decider.decide(fold<S, E>(decider, history), command);
      return {
        // biome-ignore lint/suspicious/noThenProperty: given/when/then is the language of these tests, and nothing awaits it.
        then(...events: readonly E[]) {
          expect(decision).toEqual({ outcome: 'accepted', events });
          // What was decided must also be possible to fold.
          return fold<S, E>(decider, [...history, ...events]);
        },
        thenNothing() {
          expect(decision).toEqual({ outcome: 'accepted', events: [] });
        },
        thenRejected(rejection: Partial<R> & { readonly code: R['code'] }) {
          expect(decision).toEqual({ outcome: 'rejected', rejection: expect.objectContaining(rejection) });
        },
      };
    },
  };
}
