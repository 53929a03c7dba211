import type { Decider } from '../shared/decider.js';
import { nothingToDo, rejected } from '../shared/decider.js';
import { equals, subtract } from '../shared/money.js';
import { schedule } from '../shared/plan-schedule.js';
import { sameData } from '../shared/same-data.js';
import type { PlanCommand, PlanCommandOf } from './commands.js';
import type { PlanDecision } from './conclude.js';
import { concluded } from './conclude.js';
import type { PlanEvent } from './events.js';
import { evolve } from './evolve.js';
import {
  announcePart,
  chargeLateFee,
  markPartDue,
  markPartMissed,
  prepayParts,
  reachMilestone,
} from './falling-due.js';
import { pausePlan, resumePlan } from './pausing.js';
import type { PlanRejection } from './rejections.js';
import { amendTotal, replanParts, skipPart } from './replanning.js';
import {
  recordCollectionConcluded,
  recordCollectionFailed,
  recordCollectionStarted,
  settleParts,
  unsettleParts,
} from './settling.js';
import type { ExistingPlan, PlanState } from './state.js';
import { nothing, openParts, settledOf } from './state.js';

/** The rules of one plan: when which part of an invoice's total falls due, and what follows from how it is paid. */
export const plan: Decider<PlanState, PlanCommand, PlanEvent, PlanRejection> = {
  initialState: { status: 'absent' },
  decide,
  evolve,
};

function decide(state: PlanState, command: PlanCommand): PlanDecision {
  switch (command.type) {
    case 'StartPlan':
      return start(state, command);
    case 'AnnouncePart':
      return announcePart(state, command);
    case 'MarkPartDue':
      return markPartDue(state, command);
    case 'MarkPartMissed':
      return markPartMissed(state, command);
    case 'ChargeLateFee':
      return chargeLateFee(state, command);
    case 'ReachMilestone':
      return reachMilestone(state, command);
    case 'PrepayParts':
      return prepayParts(state, command);
    case 'RecordCollectionStarted':
      return recordCollectionStarted(state, command);
    case 'RecordCollectionFailed':
      return recordCollectionFailed(state, command);
    case 'RecordCollectionConcluded':
      return recordCollectionConcluded(state, command);
    case 'SettleParts':
      return settleParts(state, command);
    case 'UnsettleParts':
      return unsettleParts(state, command);
    case 'SkipPart':
      return skipPart(state, command);
    case 'Replan':
      return replanParts(state, command);
    case 'AmendTotal':
      return amendTotal(state, command);
    case 'PausePlan':
      return pausePlan(state, command);
    case 'ResumePlan':
      return resumePlan(state, command);
    case 'CancelPlan':
      return cancel(state, command);
  }
}

function start(state: PlanState, command: PlanCommandOf<'StartPlan'>): PlanDecision {
  const { at, details, total } = command;
  const { terms, approvedOn } = details;
  if (state.status !== 'absent') {
    const isSame = state.version === 1 && equals(state.total, total) && sameData(state.details, details);
    return isSame ? nothingToDo : rejected({ code: 'plan_already_exists' });
  }
  const scheduled = schedule(terms, total, approvedOn);
  if (scheduled.outcome === 'refused') return rejected(scheduled.refusal);
  return concluded(state, at, {
    type: 'PlanStarted',
    at,
    ...details,
    version: 1,
    total,
    parts: scheduled.parts,
  });
}

function cancel(state: PlanState, command: PlanCommandOf<'CancelPlan'>): PlanDecision {
  switch (state.status) {
    case 'absent':
      return rejected({ code: 'plan_not_found' });
    case 'canceled':
      return nothingToDo;
    case 'completed':
      return rejected({ code: 'plan_not_open', status: state.status });
    case 'active':
    case 'defaulted': {
      if (state.parts.some(({ collection }) => collection !== null)) {
        return rejected({ code: 'plan_part_being_collected' });
      }
      const retained = retainedBy(state);
      return concluded(state, command.at, {
        type: 'PlanCanceled',
        at: command.at,
        open: openParts(state).map(({ part }) => part),
        refundable: subtract(settledOf(state), retained),
        retained,
      });
    }
  }
}

/** The deposit that the customer does not get back: what is settled of the first part. */
function retainedBy(plan: ExistingPlan) {
  const { depositRefund } = plan.details.terms;
  const deposit = plan.parts[0]?.settled ?? nothing(plan);
  switch (depositRefund.kind) {
    case 'always':
      return nothing(plan);
    case 'never':
      return deposit;
    case 'until_milestone':
      return plan.milestones.includes(depositRefund.name) ? deposit : nothing(plan);
  }
}
