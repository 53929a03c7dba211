import type { PlanEvent } from '../../domain/plan/events.js';
import { format, isZero } from '../../domain/shared/money.js';

const causes = {
  date: 'on its date',
  milestone: 'by its milestone',
  prepayment: 'ahead of its date',
} as const;

/** What happened to a payment plan, in one sentence; amounts in major units. */
export function describePlanEvent(event: PlanEvent): string {
  switch (event.type) {
    case 'PlanStarted':
      return `Started a plan for ${format(event.total)} of invoice ${event.invoiceId} in ${parts(event.parts)}.`;
    case 'PlanPartAnnounced':
      return `Part ${event.part} of ${format(event.amount)} falls due on ${event.on}.`;
    case 'PlanPartDue':
      return `Part ${event.part} fell due ${causes[event.cause]} with ${format(event.amount)} open.`;
    case 'PlanPaused':
      return `Paused the plan on ${event.on}: nothing falls due by its date.`;
    case 'PlanResumed':
      return `Went on with the plan on ${event.on}, its dates later by ${event.days === 1 ? '1 day' : `${event.days} days`}.`;
    case 'PlanPartMissed':
      return `Part ${event.part} was not paid in time; ${event.missedParts} missed in all.`;
    case 'LateFeeFellDue':
      return `Late fee ${event.number} of ${format(event.amount)} fell due for part ${event.part}.`;
    case 'PlanMilestoneReached':
      return `Milestone ${event.name} was reached on ${event.on}.`;
    case 'PlanPartCollectionStarted':
      return `Collection ${event.collectionId} of part ${event.part} began.`;
    case 'PlanPartCollectionFailed':
      return `Attempt ${event.attempts} to collect part ${event.part} failed (${event.failure}).`;
    case 'PlanPartCollectionConcluded':
      return `Collection ${event.collectionId} of part ${event.part} is over.`;
    case 'PlanPartSettled':
      return `${format(event.amount)} paid part ${event.part}; ${format(event.outstanding)} of it is open.`;
    case 'PlanPartUnsettled':
      return `${format(event.amount)} of part ${event.part} is gone again; ${format(event.outstanding)} is open.`;
    case 'EarlyDiscountEarned':
      return `Paid early: ${format(event.amount)} is not asked for.`;
    case 'EarlyDiscountLost':
      return `The discount of ${format(event.amount)} is lost: the payment that had earned it was returned.`;
    case 'PlanReplanned':
      return `Version ${event.version} (${event.cause}): ${format(event.total)} in ${parts(event.parts)}.`;
    case 'PlanDefaulted':
      return `In default after ${event.missedParts} missed: all ${format(event.outstanding)} is due now.`;
    case 'PlanReleasedOrder':
      return `Order ${event.orderId} may go on, with ${format(event.settled)} settled.`;
    case 'PlanCompleted':
      return isZero(event.discounted)
        ? `The plan is completed: ${format(event.settled)} was paid.`
        : `The plan is completed: ${format(event.settled)} was paid and ${format(event.discounted)} forgiven.`;
    case 'PlanCanceled':
      return `Canceled the plan: ${format(event.refundable)} can go back and ${format(event.retained)} is kept.`;
  }
}

function parts({ length }: readonly unknown[]): string {
  return length === 1 ? '1 part' : `${length} parts`;
}
