import type { UserRejection } from '../../../domain/user/messages.js';
import type { Problem, RejectionKinds } from '../shared/problem.js';
import { problemOfRejection } from '../shared/problem.js';

const kinds: RejectionKinds<UserRejection> = {
  user_not_found: 'resource_missing',
  user_already_exists: { status: 409, title: 'This user exists with other details' },
  user_not_active: { status: 409, title: 'The user cannot sign in now' },
  user_is_yourself: { status: 403, title: 'This needs another person' },
};

export function problemOfUserRejection(rejection: UserRejection): Problem {
  return problemOfRejection(kinds, rejection, { detail: detailOf(rejection) });
}

function detailOf(rejection: UserRejection): string {
  switch (rejection.code) {
    case 'user_not_found':
      return 'There is no such user.';
    case 'user_already_exists':
      return 'The same id stands for somebody else already.';
    case 'user_not_active':
      return `The user is ${rejection.status}.`;
    case 'user_is_yourself':
      return 'Nobody does this to their own account.';
  }
}
