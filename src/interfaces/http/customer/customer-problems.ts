import type { CustomerRejection } from '../../../domain/customer/rejections.js';
import type { Problem, RejectionKinds } from '../shared/problem.js';
import { problemOfRejection } from '../shared/problem.js';

const kinds: RejectionKinds<CustomerRejection> = {
  customer_not_found: 'resource_missing',
  payment_method_not_found: 'resource_missing',
  customer_already_exists: { status: 409, title: 'This customer exists with another profile' },
  profile_revised_meanwhile: 'contention',
  too_many_setups_in_progress: {
    status: 409,
    title: 'Too many payment methods are being set up at once',
    retryable: true,
  },
  too_many_payment_methods: { status: 422, title: 'The customer has as many payment methods as can be kept' },
  payment_method_removal_in_progress: { status: 409, title: 'The payment method is being removed' },
  last_payment_method_of_active_plan: {
    status: 422,
    title: 'The last payment method of an active plan cannot be removed',
  },
  too_many_plans: { status: 422, title: 'The customer has as many plans as can be attached' },
  provider_contradicts_history: { status: 409, title: 'The provider and the history disagree' },
};

export function problemOfCustomerRejection(rejection: CustomerRejection): Problem {
  return problemOfRejection(kinds, rejection, { detail: detailOf(rejection) });
}

function detailOf(rejection: CustomerRejection): string {
  switch (rejection.code) {
    case 'customer_not_found':
      return 'There is no such customer.';
    case 'customer_already_exists':
      return 'The same id stands for another customer already.';
    case 'profile_revised_meanwhile':
      return `The profile is at version ${rejection.version} now. Read it again.`;
    case 'too_many_setups_in_progress':
      return `At most ${rejection.most} can wait for the provider at once. Ask again shortly.`;
    case 'too_many_payment_methods':
      return `At most ${rejection.most} payment methods are kept. Remove one first.`;
    case 'payment_method_not_found':
      return 'The customer has no such payment method.';
    case 'payment_method_removal_in_progress':
      return 'The provider was asked to remove it and has not answered yet.';
    case 'last_payment_method_of_active_plan':
      return 'A plan collects with it. Add another payment method first, or end the plan.';
    case 'too_many_plans':
      return `At most ${rejection.most} plans can be attached.`;
    case 'provider_contradicts_history':
      return rejection.detail;
  }
}
