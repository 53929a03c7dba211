import type { CreditRejection } from '../../../domain/credit/rejections.js';
import { format } from '../../../domain/shared/money.js';
import type { Problem, RejectionKinds } from '../shared/problem.js';
import { problemOfRejection } from '../shared/problem.js';

const kinds: RejectionKinds<CreditRejection> = {
  amount_not_positive: { status: 422, title: 'The amount must be above zero' },
  expiry_in_past: { status: 422, title: 'The credit would have expired already' },
  grant_already_exists: { status: 409, title: 'This credit exists with other details' },
  credit_limit_exceeded: { status: 422, title: 'The customer was granted as much as can be counted' },
  credit_not_found: 'resource_missing',
  currency_mismatch: { status: 422, title: 'The amount is in another currency than the credit' },
  insufficient_credit: { status: 422, title: 'The customer does not have this much credit' },
  too_many_grants: { status: 422, title: 'The credit lies in more grants than one hold can name' },
  hold_already_exists: { status: 409, title: 'This hold exists with another amount or invoice' },
  hold_not_found: 'resource_missing',
  hold_not_spent: { status: 409, title: 'The hold has not been spent' },
  hold_already_spent: { status: 409, title: 'The hold has been spent' },
  hold_already_released: { status: 409, title: 'The hold has been released' },
  restore_exceeds_spent: { status: 422, title: 'The amount is above what was spent' },
  restore_already_exists: { status: 409, title: 'This restoration exists with another amount' },
  credit_unpaid: { status: 409, title: 'The payment behind this credit is gone' },
  credit_not_expired: { status: 409, title: 'The credit has not expired' },
  credit_not_revocable: { status: 409, title: 'Nothing is left that could be revoked' },
};

export function problemOfCreditRejection(rejection: CreditRejection): Problem {
  return problemOfRejection(kinds, rejection, { detail: detailOf(rejection), ...paramOf(rejection) });
}

function paramOf({ code }: CreditRejection): { readonly param?: string } {
  const ofAmount = code === 'amount_not_positive' || code === 'credit_limit_exceeded';
  return ofAmount ? { param: 'amount' } : {};
}

function detailOf(rejection: CreditRejection): string {
  switch (rejection.code) {
    case 'amount_not_positive':
      return 'The amount must be at least 1 minor unit.';
    case 'expiry_in_past':
      return `It is ${rejection.at} now.`;
    case 'grant_already_exists':
    case 'hold_already_exists':
    case 'restore_already_exists':
      return 'The same id stands for something else already.';
    case 'credit_limit_exceeded':
      return `At most ${format(rejection.grantable)} can still be granted.`;
    case 'credit_not_found':
      return 'There is no such credit.';
    case 'currency_mismatch':
      return `The credit is in ${rejection.expected}.`;
    case 'insufficient_credit':
      return `${format(rejection.available)} can be used.`;
    case 'too_many_grants':
      return `At most ${format(rejection.holdable)} can be held at once.`;
    case 'hold_not_found':
      return 'There is no such hold.';
    case 'hold_not_spent':
      return 'What is on hold is released, not restored.';
    case 'hold_already_spent':
      return 'What was spent is restored, not released.';
    case 'hold_already_released':
      return 'The credit went back to its grants.';
    case 'restore_exceeds_spent':
      return `At most ${format(rejection.restorable)} can be restored.`;
    case 'credit_unpaid':
      return `The payment behind ${rejection.creditId} is gone.`;
    case 'credit_not_expired':
      return rejection.expiresAt === null ? 'It never expires.' : `It expires at ${rejection.expiresAt}.`;
    case 'credit_not_revocable':
      return `The credit is ${rejection.status}.`;
  }
}
