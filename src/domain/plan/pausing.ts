import type { CivilDate } from '../shared/civil-date.js';
import { addDays, compareDates, daysBetween, nextBusinessDay } from '../shared/civil-date.js';
import { accepted, nothingToDo } from '../shared/decider.js';
import type { PlanCommandOf } from './commands.js';
import type { PlanDecision } from './conclude.js';
import { ongoing } from './conclude.js';
import type { MovedPart } from './events.js';
import type { OpenPlan, Part, PlanState } from './state.js';
import { isOpen, lateFeeDate } from './state.js';

/** While an invoice is disputed nothing falls due by its date, nothing is missed, and nothing is charged for being late. */
export function pausePlan(state: PlanState, { at, today }: PlanCommandOf<'PausePlan'>): PlanDecision {
  const plan = ongoing(state);
  if ('outcome' in plan) return plan;
  return plan.pausedOn === null ? accepted({ type: 'PlanPaused', at, on: today }) : nothingToDo;
}

/** Every date that had not come moves by the days that the plan stood still. */
export function resumePlan(state: PlanState, { at, today }: PlanCommandOf<'ResumePlan'>): PlanDecision {
  const plan = ongoing(state);
  if ('outcome' in plan) return plan;
  if (plan.pausedOn === null) return nothingToDo;
  const days = Math.max(0, daysBetween(plan.pausedOn, today));
  const { zone, terms } = plan.details;
  return accepted({
    type: 'PlanResumed',
    ...{ at, on: today, days, zone, noticeDays: terms.noticeDays, moved: movedBy(plan, days) },
  });
}

function movedBy(plan: OpenPlan, days: number): readonly MovedPart[] {
  const moved: MovedPart[] = [];
  let last: CivilDate | undefined;
  for (const part of plan.parts.filter(isOpen)) {
    const next = nextOf(plan, part, days, last);
    if (next === undefined) continue;
    if (next.step === 'due') last = next.on;
    moved.push({ part: part.part, ...next });
  }
  return moved;
}

/** What the part waits for, and when; undefined where it waits for no date. */
function nextOf(
  { details: { terms } }: OpenPlan,
  { step, due, missedOn, lateFees }: Part,
  days: number,
  last: CivilDate | undefined,
): Omit<MovedPart, 'part'> | undefined {
  if (step === 'scheduled') {
    if (due.kind === 'milestone') return undefined;
    const business = (on: CivilDate) => (terms.businessDays ? nextBusinessDay(on) : on);
    const on = business(addDays(due.on, days));
    // Two that move to one Monday stay one after the other.
    const isFree = last === undefined || compareDates(on, last) > 0;
    return { step: 'due', on: isFree ? on : business(addDays(last, 1)), missedOn: null };
  }
  if (missedOn === null) return undefined;
  const later = addDays(missedOn, days);
  if (step === 'due') return { step: 'missed', on: later, missedOn: later };
  if (terms.lateFee === null || lateFees === 0 || lateFees >= terms.lateFee.timesMax) return undefined;
  return { step: 'late_fee', on: lateFeeDate(later, lateFees + 1), missedOn: later };
}
