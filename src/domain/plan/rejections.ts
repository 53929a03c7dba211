import type { Money } from '../shared/money.js';
import type { TermsRefusal } from '../shared/plan-schedule.js';

/** Every business refusal of the plan decider, by its stable code. */
export type PlanRejection =
  | TermsRefusal
  | { readonly code: 'plan_not_found' }
  | { readonly code: 'plan_already_exists' }
  | { readonly code: 'plan_not_open'; readonly status: string }
  /** Nothing happens by date until it goes on. */
  | { readonly code: 'plan_paused' }
  | { readonly code: 'plan_part_not_found' }
  | { readonly code: 'plan_part_not_due' }
  | { readonly code: 'plan_part_closed' }
  /** A collection of the part is under way; its outcome is not known yet. */
  | { readonly code: 'plan_part_being_collected' }
  | { readonly code: 'plan_part_not_skippable' }
  | { readonly code: 'plan_skips_exhausted'; readonly skipsMax: number }
  | { readonly code: 'plan_nothing_to_replan' }
  | { readonly code: 'plan_milestone_unknown' }
  | { readonly code: 'plan_version_exhausted' }
  | { readonly code: 'amount_not_positive' }
  | { readonly code: 'amendment_below_settled'; readonly leastTotal: Money }
  | { readonly code: 'settlement_exceeds_outstanding'; readonly outstanding: Money }
  /** The same application or reversal was told before, with another amount. */
  | { readonly code: 'settlement_differs' }
  | { readonly code: 'settlement_not_found' };
