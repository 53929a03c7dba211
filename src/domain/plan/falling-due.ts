import { percentageOf } from '../shared/allocation.js';
import type { CivilDate } from '../shared/civil-date.js';
import { addDays, compareDates } from '../shared/civil-date.js';
import { accepted, nothingToDo, rejected } from '../shared/decider.js';
import type { Instant } from '../shared/instant.js';
import type { Money } from '../shared/money.js';
import { isPositive, money } from '../shared/money.js';
import type { LateFee } from '../shared/plan-terms.js';
import { stepOf } from '../shared/plan-terms.js';
import type { PlanCommandOf } from './commands.js';
import type { PlanDecision } from './conclude.js';
import type { DueCause, PlanEvent } from './events.js';
import type { OpenPlan, Part, PlanState } from './state.js';
import { isOpen, lateFeeDate, later, missedDate, openParts, outstanding, outstandingOf } from './state.js';

type OpenPart = { readonly plan: OpenPlan; readonly part: Part };

/** The part that a timer speaks of; nothing to do where it or the plan is over, which old timers find. */
function ticking(state: PlanState, number: number): OpenPart | PlanDecision {
  switch (state.status) {
    case 'absent':
      return rejected({ code: 'plan_not_found' });
    case 'completed':
    case 'canceled':
      return nothingToDo;
    case 'active':
    case 'defaulted': {
      const part = state.parts.find((known) => known.part === number);
      if (part === undefined) return state.lastPart >= number ? nothingToDo : unknownPart;
      if (!isOpen(part)) return nothingToDo;
      return state.pausedOn === null ? { plan: state, part } : rejected({ code: 'plan_paused' });
    }
  }
}

const unknownPart = rejected({ code: 'plan_part_not_found' } as const);

export function announcePart(state: PlanState, command: PlanCommandOf<'AnnouncePart'>): PlanDecision {
  const found = ticking(state, command.part);
  if ('outcome' in found) return found;
  const { plan, part } = found;
  if (part.announced || part.step !== 'scheduled' || part.due.kind === 'milestone') return nothingToDo;
  const { at, today } = command;
  const from = addDays(part.due.on, -plan.details.terms.noticeDays);
  if (compareDates(today, from) < 0) return nothingToDo;
  const [amount, on] = [outstandingOf(part), part.due.on];
  return accepted({ type: 'PlanPartAnnounced', at, part: part.part, amount, on });
}

export function markPartDue(state: PlanState, command: PlanCommandOf<'MarkPartDue'>): PlanDecision {
  const found = ticking(state, command.part);
  if ('outcome' in found) return found;
  const { plan, part } = found;
  if (part.step !== 'scheduled' || part.due.kind === 'milestone') return nothingToDo;
  if (compareDates(command.today, part.due.on) < 0) return rejected({ code: 'plan_part_not_due' });
  return accepted(partDue(plan, part, command, 'date'));
}

/** A part that fell due on its own date is missed by that date, however late the timer ran. */
function partDue(
  plan: OpenPlan,
  part: Part,
  { at, today }: { readonly at: Instant; readonly today: CivilDate },
  cause: DueCause,
): PlanEvent {
  const own = part.due.kind === 'date' ? part.due.on : today;
  const on = cause === 'prepayment' ? later(own, today) : own;
  const missed = { on: missedDate(plan, on), zone: plan.details.zone };
  return { type: 'PlanPartDue', at, part: part.part, amount: outstandingOf(part), cause, on: today, missed };
}

export function markPartMissed(state: PlanState, command: PlanCommandOf<'MarkPartMissed'>): PlanDecision {
  const found = ticking(state, command.part);
  if ('outcome' in found) return found;
  const { plan, part } = found;
  if (part.step === 'missed') return nothingToDo;
  const { at, today } = command;
  const isEarly = part.missedOn === null || compareDates(today, part.missedOn) < 0;
  if (part.step !== 'due' || isEarly) return rejected({ code: 'plan_part_not_due' });
  // Money may be on its way, so nothing is held against the customer until that is known.
  if (part.collection !== null) return rejected({ code: 'plan_part_being_collected' });
  const missedParts = openParts(plan).filter(({ step }) => step === 'missed').length + 1;
  const missed: PlanEvent = { type: 'PlanPartMissed', at, part: part.part, missedParts };
  return accepted(missed, ...lateFee(plan, part, at), ...acceleration(plan, part, missedParts, at));
}

export function chargeLateFee(state: PlanState, command: PlanCommandOf<'ChargeLateFee'>): PlanDecision {
  const found = ticking(state, command.part);
  if ('outcome' in found) return found;
  const { plan, part } = found;
  const { lateFee: terms } = plan.details.terms;
  if (terms === null || part.step !== 'missed' || part.missedOn === null) return nothingToDo;
  if (part.lateFees >= terms.timesMax) return nothingToDo;
  if (compareDates(command.today, lateFeeDate(part.missedOn, part.lateFees + 1)) < 0) {
    return rejected({ code: 'plan_part_not_due' });
  }
  if (part.collection !== null) return rejected({ code: 'plan_part_being_collected' });
  return accepted(...lateFee(plan, part, command.at));
}

function lateFee(plan: OpenPlan, part: Part, at: Instant): readonly PlanEvent[] {
  const { lateFee: terms } = plan.details.terms;
  if (terms === null || part.missedOn === null || part.lateFees >= terms.timesMax) return [];
  const number = part.lateFees + 1;
  const next =
    number < terms.timesMax ? { on: lateFeeDate(part.missedOn, number + 1), zone: plan.details.zone } : null;
  return [
    {
      type: 'LateFeeFellDue',
      at,
      part: part.part,
      number,
      amount: feeFor(terms, stepOf(plan.details.terms), part),
      next,
    },
  ];
}

/** At least one step: a fee of nothing would be none. */
function feeFor({ fee }: LateFee, step: bigint, part: Part): Money {
  if (fee.kind === 'fixed') return fee.amount;
  const amount = percentageOf(outstandingOf(part), fee.percentage, step);
  return isPositive(amount) ? amount : money(step, amount.currency);
}

function acceleration(plan: OpenPlan, part: Part, missedParts: number, at: Instant): readonly PlanEvent[] {
  const { defaultAfter } = plan.details.terms;
  if (plan.status === 'defaulted' || defaultAfter === null || missedParts < defaultAfter) return [];
  const accelerated = openParts(plan)
    .filter(({ step, part: number }) => step === 'scheduled' && number !== part.part)
    .map(({ part: number }) => number);
  return [{ type: 'PlanDefaulted', at, accelerated, missedParts, outstanding: outstanding(plan) }];
}

export function reachMilestone(state: PlanState, command: PlanCommandOf<'ReachMilestone'>): PlanDecision {
  if (state.status === 'absent') return rejected({ code: 'plan_not_found' });
  const { at, name, today } = command;
  if (state.milestones.includes(name)) return nothingToDo;
  const waiting = state.parts.filter(({ due }) => due.kind === 'milestone' && due.name === name);
  const { depositRefund } = state.details.terms;
  const isKnown = depositRefund.kind === 'until_milestone' && depositRefund.name === name;
  if (waiting.length === 0 && !isKnown) return rejected({ code: 'plan_milestone_unknown' });
  if (state.status === 'canceled') return rejected({ code: 'plan_not_open', status: state.status });
  const reached: PlanEvent = { type: 'PlanMilestoneReached', at, name, on: today };
  if (state.status === 'completed') return accepted(reached);
  const due = waiting
    .filter((part) => isOpen(part) && part.step === 'scheduled')
    .map((part) => partDue(state, part, command, 'milestone'));
  return accepted(reached, ...due);
}

export function prepayParts(state: PlanState, command: PlanCommandOf<'PrepayParts'>): PlanDecision {
  if (state.status === 'absent') return rejected({ code: 'plan_not_found' });
  if (state.status === 'completed') return nothingToDo;
  if (state.status === 'canceled') return rejected({ code: 'plan_not_open', status: state.status });
  const waiting = openParts(state).filter(({ step }) => step === 'scheduled');
  const chosen = waiting.slice(0, command.count ?? waiting.length);
  return accepted(...chosen.map((part) => partDue(state, part, command, 'prepayment')));
}
