import type { LimitRejection } from '../../../domain/limit/limit.js';
import type { Problem, RejectionKinds } from '../shared/problem.js';
import { problemOfRejection } from '../shared/problem.js';

const kinds: RejectionKinds<LimitRejection> = { limit_not_found: 'resource_missing' };

export function problemOfLimitRejection(rejection: LimitRejection): Problem {
  return problemOfRejection(kinds, rejection, {
    detail: 'There is no such limit, or nobody has gone too far beyond it.',
  });
}
