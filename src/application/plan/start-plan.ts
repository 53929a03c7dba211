import type { ExposureRejection } from '../../domain/exposure/exposure.js';
import type { PlanCommandOf } from '../../domain/plan/commands.js';
import type { PlanEvent } from '../../domain/plan/events.js';
import { plan } from '../../domain/plan/plan.js';
import type { PlanRejection } from '../../domain/plan/rejections.js';
import type { PlanState } from '../../domain/plan/state.js';
import type { Money } from '../../domain/shared/money.js';
import type { Exposures } from '../exposure/exposures.js';
import type { EventMetadata } from '../ports/event-store.js';
import type { Handled, HandleOptions } from '../shared/command-handler.js';
import type { PlanHandler } from './plan-tasks.js';

/** Starts a plan within a credit limit; null where the limit was looked at before. */
export type StartPlan = (
  command: PlanCommandOf<'StartPlan'>,
  limit: Money | null,
  metadata: EventMetadata,
  options?: HandleOptions<PlanState>,
) => Promise<Handled<PlanState, PlanEvent, PlanRejection | ExposureRejection>>;

export function createStartPlan(parts: {
  readonly plans: PlanHandler;
  readonly exposures: Exposures;
}): StartPlan {
  const { plans, exposures } = parts;

  return async (command, limit, metadata, options = {}) => {
    const { details, total } = command;
    const { planId, customerId } = details;
    const known = await plans.load(planId);
    // What its own rules refuse takes nothing.
    const decision = plan.decide(known.state, command);
    const begins = decision.outcome === 'accepted' && decision.events.length > 0;
    if (!begins) return plans.handle(planId, command, metadata, options);
    const taken = await exposures.take(customerId, { planId, amount: total, limit }, metadata);
    if (taken.outcome === 'refused') return { ...known, outcome: 'rejected', rejection: taken.rejection };
    const handled = await plans.handle(planId, command, metadata, options);
    const goesNoFurther = handled.outcome !== 'accepted' && handled.state.status === 'absent';
    if (goesNoFurther && taken.fresh) await exposures.release(customerId, planId, metadata);
    return handled;
  };
}
