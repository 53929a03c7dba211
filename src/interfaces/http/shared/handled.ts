import type { Handled, Loaded } from '../../../application/shared/command-handler.js';
import type { Problem } from './problem.js';
import { Refused, refused } from './problem.js';
import type { RequestContext } from './route.js';

/**
 * The aggregate after its command was decided.
 * @throws Refused, with the problem of the module's map for a refusal of its decider
 */
export function acceptedBy<S, E, R>(
  handled: Handled<S, E, R>,
  problemOf: (rejection: R) => Problem,
): Loaded<S> {
  switch (handled.outcome) {
    case 'accepted':
      return handled;
    case 'rejected':
      throw new Refused(problemOf(handled.rejection));
    case 'stale':
      throw refused('revision_stale', {
        detail:
          handled.revision === null
            ? 'The object does not exist yet.'
            : `Its ETag is "${handled.revision}" now. Read it again.`,
        param: 'If-Match',
      });
  }
}

/** The client's If-Match, as the command handler takes it. */
export function ifRevision({ ifRevision }: RequestContext): { readonly ifRevision?: bigint } {
  return ifRevision === undefined ? {} : { ifRevision };
}
