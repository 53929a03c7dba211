import type { ExposureRejection } from '../../../domain/exposure/exposure.js';
import type { OrderRejection } from '../../../domain/order/state.js';
import { format } from '../../../domain/shared/money.js';
import { detailOfTerms, termsKinds } from '../plan/plan-problems.js';
import type { Problem, RejectionKinds } from '../shared/problem.js';
import { problemOfRejection } from '../shared/problem.js';

type Rejection = OrderRejection | ExposureRejection;

const kinds: RejectionKinds<Rejection> = {
  ...termsKinds,
  order_not_found: 'resource_missing',
  order_already_exists: { status: 409, title: 'This order exists with other details' },
  order_transition_refused: { status: 409, title: 'The order cannot take this step' },
  order_without_total: { status: 422, title: 'The order has no total yet' },
  order_total_not_amendable: { status: 409, title: 'The total can no longer change' },
  order_total_below_settled: { status: 422, title: 'The total would be below what is paid' },
  order_not_paid: { status: 409, title: 'The order is not paid' },
  order_not_covered: { status: 409, title: 'What is settled does not cover the order' },
  credit_limit_exceeded: { status: 422, title: 'The customer would owe too much' },
  amount_not_positive: { status: 422, title: 'The amount must be above zero' },
};

export function problemOfOrderRejection(rejection: Rejection): Problem {
  return problemOfRejection(kinds, rejection, { detail: detailOf(rejection) });
}

function detailOf(rejection: Rejection): string {
  switch (rejection.code) {
    case 'order_not_found':
      return 'There is no such order.';
    case 'order_already_exists':
      return 'The same id stands for something else already.';
    case 'order_transition_refused':
      return rejection.to === 'paid'
        ? `The order is ${rejection.from}; only what is settled makes it paid.`
        : `The order is ${rejection.from} and cannot become ${rejection.to}.`;
    case 'order_without_total':
      return 'Set a total before the order is approved.';
    case 'order_total_not_amendable':
      return `The order is ${rejection.status}.`;
    case 'order_total_below_settled':
      return `${format(rejection.settled)} is paid already.`;
    case 'order_not_paid':
      return 'Under its terms, work begins when enough of it is paid.';
    case 'order_not_covered':
      return `${format(rejection.required)} is required.`;
    case 'credit_limit_exceeded':
      return `${format(rejection.available)} more can be owed under these terms.`;
    case 'amount_not_positive':
      return 'The amount must be at least 1 minor unit.';
    case 'plan_parts_out_of_range':
    case 'plan_percentage_out_of_range':
    case 'plan_parts_do_not_sum':
    case 'plan_part_not_positive':
    case 'plan_part_not_collectable':
    case 'plan_terms_out_of_range':
    case 'plan_date_in_the_past':
    case 'plan_dates_not_increasing':
    case 'currency_mismatch':
      return detailOfTerms(rejection);
  }
}
