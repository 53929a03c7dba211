import type { ExposureRejection } from '../../../domain/exposure/exposure.js';
import type { PlanRejection } from '../../../domain/plan/rejections.js';
import { format } from '../../../domain/shared/money.js';
import type { TermsRefusal } from '../../../domain/shared/plan-schedule.js';
import { daysMax, monthsMax, partsMax } from '../../../domain/shared/plan-terms.js';
import type { Problem, RejectionKinds } from '../shared/problem.js';
import { problemOfRejection } from '../shared/problem.js';

/** Terms are refused alike wherever they are given. */
export const termsKinds: RejectionKinds<TermsRefusal> = {
  plan_parts_out_of_range: { status: 422, title: 'A plan has at least one part, and not too many' },
  plan_percentage_out_of_range: { status: 422, title: 'A percentage is above 0 and at most 100' },
  plan_parts_do_not_sum: { status: 422, title: 'The parts do not sum to the total' },
  plan_part_not_positive: { status: 422, title: 'A part would be of nothing' },
  plan_part_not_collectable: { status: 422, title: 'A part cannot be collected by itself' },
  plan_terms_out_of_range: { status: 422, title: 'The terms ask for something out of range' },
  plan_date_in_the_past: { status: 422, title: 'A part would fall due in the past' },
  plan_dates_not_increasing: { status: 422, title: 'The parts do not fall due one after another' },
  currency_mismatch: { status: 422, title: 'An amount is in another currency' },
};

type Rejection = PlanRejection | ExposureRejection;

const kinds: RejectionKinds<Rejection> = {
  ...termsKinds,
  plan_not_found: 'resource_missing',
  plan_already_exists: { status: 409, title: 'This invoice has a plan' },
  plan_not_open: { status: 409, title: 'The plan is over' },
  plan_paused: { status: 409, title: 'The plan is paused' },
  plan_part_not_found: { status: 422, title: 'The plan has no such part' },
  plan_part_not_due: { status: 409, title: 'The part is not due yet' },
  plan_part_closed: { status: 409, title: 'The part is paid' },
  plan_part_being_collected: { status: 409, title: 'The part is being collected', retryable: true },
  plan_part_not_skippable: { status: 409, title: 'The part cannot be moved' },
  plan_skips_exhausted: { status: 409, title: 'No more parts may be moved' },
  plan_nothing_to_replan: { status: 409, title: 'Nothing is open' },
  plan_milestone_unknown: { status: 422, title: 'Nothing waits for this milestone' },
  plan_version_exhausted: { status: 409, title: 'The plan has changed too often' },
  credit_limit_exceeded: { status: 422, title: 'The customer would owe too much' },
  amount_not_positive: { status: 422, title: 'The amount must be above zero' },
  amendment_below_settled: { status: 409, title: 'The total would be below what is paid' },
  settlement_exceeds_outstanding: { status: 422, title: 'The amount is above what is open' },
  settlement_differs: { status: 409, title: 'This was told before, with another amount' },
  settlement_not_found: { status: 422, title: 'There is no such settlement' },
};

export function problemOfPlanRejection(rejection: Rejection): Problem {
  return problemOfRejection(kinds, rejection, { detail: detailOf(rejection) });
}

export function detailOfTerms({ code, part }: TermsRefusal): string {
  const which = part === null ? 'The terms' : `Part ${part}`;
  switch (code) {
    case 'plan_parts_out_of_range':
      return `A plan has 1 to ${partsMax} parts.`;
    case 'plan_percentage_out_of_range':
      return `${which} must name a percentage above 0 and at most 100.`;
    case 'plan_parts_do_not_sum':
      return 'Fixed amounts and percentages must come to the total exactly, or leave a rest for the part that takes it.';
    case 'plan_part_not_positive':
      return `${which} must come to at least 1 minor unit.`;
    case 'plan_part_not_collectable':
      return `${which} must come to an amount that a card can be charged; let a part that is paid by hand take what is left over.`;
    case 'plan_terms_out_of_range':
      return `${which} must stay within ${daysMax} days or ${monthsMax} months and name what it waits for.`;
    case 'plan_date_in_the_past':
      return `${which} would fall due before it was approved.`;
    case 'plan_dates_not_increasing':
      return `${which} must fall due after the part before it.`;
    case 'currency_mismatch':
      return `${which} must be in the currency of the total.`;
  }
}

function detailOf(rejection: Rejection): string {
  switch (rejection.code) {
    case 'plan_not_found':
      return 'There is no such plan.';
    case 'plan_already_exists':
      return 'An invoice has one plan, which can be arranged anew.';
    case 'plan_not_open':
      return `The plan is ${rejection.status}.`;
    case 'plan_paused':
      return 'Let it go on first.';
    case 'plan_part_not_found':
      return 'The plan has no part of this number.';
    case 'plan_part_not_due':
      return 'The day has not come yet.';
    case 'plan_part_closed':
      return 'Nothing of the part is open.';
    case 'plan_part_being_collected':
      return 'Wait until the collection under way has ended.';
    case 'plan_part_not_skippable':
      return 'Only a part with a date that has not been missed can be moved.';
    case 'plan_skips_exhausted':
      return `The terms allow ${rejection.skipsMax}.`;
    case 'plan_nothing_to_replan':
      return 'All parts are paid.';
    case 'plan_milestone_unknown':
      return 'No part of this plan waits for it.';
    case 'plan_version_exhausted':
      return 'Cancel the plan and start again with another invoice.';
    case 'credit_limit_exceeded':
      return `${format(rejection.available)} more can be owed under these terms.`;
    case 'amount_not_positive':
      return 'The amount must be at least 1 minor unit.';
    case 'amendment_below_settled':
      return `The total is at least ${format(rejection.leastTotal)}.`;
    case 'settlement_exceeds_outstanding':
      return `${format(rejection.outstanding)} is open.`;
    case 'settlement_differs':
      return 'The same id stands for another amount.';
    case 'settlement_not_found':
      return 'Nothing was settled under this id.';
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
