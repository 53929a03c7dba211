import type { Decision } from '../shared/decider.js';
import { accepted, rejected } from '../shared/decider.js';
import type { Instant } from '../shared/instant.js';
import { isZero } from '../shared/money.js';
import type { PlanEvent } from './events.js';
import { evolve } from './evolve.js';
import type { PlanRejection } from './rejections.js';
import type { ExistingPlan, OpenPlan, PlanState } from './state.js';
import { discountedOf, isOpen, nothing, outstanding, settledOf } from './state.js';

export type PlanDecision = Decision<PlanEvent, PlanRejection>;

/** A plan that goes on, or the refusal. */
export function ongoing(state: PlanState): OpenPlan | PlanDecision {
  switch (state.status) {
    case 'absent':
      return rejected({ code: 'plan_not_found' });
    case 'completed':
    case 'canceled':
      return rejected({ code: 'plan_not_open', status: state.status });
    case 'active':
    case 'defaulted':
      return state;
  }
}

/** Accepts facts together with what follows from them: the order's release, once, and the end of the plan. */
export function concluded(state: PlanState, at: Instant, ...events: readonly PlanEvent[]): PlanDecision {
  const after = events.reduce(evolve, state);
  if (after.status !== 'active' && after.status !== 'defaulted') return accepted(...events);
  const further: PlanEvent[] = [];
  const { orderId } = after.details;
  if (orderId !== null && after.releasedAt === null && isReleased(after)) {
    const settled = settledOf(after);
    further.push({ type: 'PlanReleasedOrder', at, orderId, settled, required: requiredFor(after) });
  }
  if (isZero(outstanding(after))) {
    const [settled, discounted] = [settledOf(after), discountedOf(after)];
    further.push({ type: 'PlanCompleted', at, settled, discounted });
  }
  return accepted(...events, ...further);
}

function isReleased(plan: ExistingPlan): boolean {
  switch (plan.details.terms.releasesOrder) {
    case 'approved':
      return true;
    case 'first_part_settled': {
      const [first] = plan.parts;
      return first !== undefined && !isOpen(first);
    }
    case 'total_settled':
      return isZero(outstanding(plan));
  }
}

/** What the order's release asks for, without what was forgiven of it. */
function requiredFor(plan: ExistingPlan) {
  switch (plan.details.terms.releasesOrder) {
    case 'approved':
      return nothing(plan);
    case 'first_part_settled':
      return plan.parts[0]?.settled ?? nothing(plan);
    case 'total_settled':
      return settledOf(plan);
  }
}
