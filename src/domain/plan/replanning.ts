import { allocateInSteps } from '../shared/allocation.js';
import type { CivilDate } from '../shared/civil-date.js';
import { addMonths, compareDates, nextBusinessDay } from '../shared/civil-date.js';
import { nothingToDo, rejected } from '../shared/decider.js';
import type { Money } from '../shared/money.js';
import { add, compare, equals, isPositive, isZero, money, subtract, sum } from '../shared/money.js';
import { paired } from '../shared/paired.js';
import type { ScheduledPart } from '../shared/plan-schedule.js';
import { fractionCarrier, scheduleParts } from '../shared/plan-schedule.js';
import { partsMax, stepOf } from '../shared/plan-terms.js';
import type { PlanCommandOf } from './commands.js';
import type { PlanDecision } from './conclude.js';
import { concluded, ongoing } from './conclude.js';
import type { PlanEvent, ReplanCause } from './events.js';
import type { OpenPlan, Part, PlanState } from './state.js';
import { isOpen, openParts, outstandingOf } from './state.js';

/** New versions are for people to make; a thousand of them are a mistake of a machine. */
const versionsMax = 1_000;
const monthsTried = 240;

/** A plan that may be arranged anew, or the refusal. */
function changeable(state: PlanState): OpenPlan | PlanDecision {
  const plan = ongoing(state);
  if ('outcome' in plan) return plan;
  return plan.version < versionsMax ? plan : rejected({ code: 'plan_version_exhausted' });
}

type NewVersion = {
  readonly cause: ReplanCause;
  readonly total: Money;
  readonly parts: readonly ScheduledPart[];
  readonly closed: readonly number[];
  readonly added: readonly number[];
};

function replan(plan: OpenPlan, command: { readonly at: PlanEvent['at'] }, next: NewVersion): PlanDecision {
  const { terms, zone } = plan.details;
  const parts = next.parts.map(({ part, amount, due, collect }) => ({ part, amount, due, collect }));
  return concluded(plan, command.at, {
    type: 'PlanReplanned',
    at: command.at,
    version: plan.version + 1,
    ...next,
    parts,
    zone,
    noticeDays: terms.noticeDays,
  });
}

/** What was paid of a part stays a part of its own, so that no settled money ever moves. */
function paidRemains(parts: readonly Part[], freed: ReadonlySet<number>): readonly ScheduledPart[] {
  return parts.flatMap((part): readonly ScheduledPart[] => {
    if (!freed.has(part.part)) return [part];
    const paid = subtract(part.amount, outstandingOf(part));
    return isPositive(paid) ? [{ ...part, amount: paid }] : [];
  });
}

export function skipPart(state: PlanState, command: PlanCommandOf<'SkipPart'>): PlanDecision {
  const plan = changeable(state);
  if ('outcome' in plan) return plan;
  if (plan.pausedOn !== null) return rejected({ code: 'plan_paused' });
  const part = plan.parts.find((known) => known.part === command.part);
  if (part === undefined) return rejected({ code: 'plan_part_not_found' });
  if (!isOpen(part)) return rejected({ code: 'plan_part_closed' });
  if (part.collection !== null) return rejected({ code: 'plan_part_being_collected' });
  const { skipsMax } = plan.details.terms;
  if (plan.skips >= skipsMax) return rejected({ code: 'plan_skips_exhausted', skipsMax });
  if (part.step === 'missed' || part.due.kind === 'milestone' || plan.status === 'defaulted') {
    return rejected({ code: 'plan_part_not_skippable' });
  }
  const others = datesOf(plan.parts.filter((known) => known !== part));
  const on = command.to ?? dateBehind(plan, command.today);
  if (on === undefined) return rejected({ code: 'plan_part_not_skippable' });
  if (compareDates(on, command.today) <= 0)
    return rejected({ code: 'plan_date_in_the_past', part: part.part });
  if (compareDates(on, part.due.on) <= 0 || others.includes(on)) {
    return rejected({ code: 'plan_dates_not_increasing', part: part.part });
  }
  const number = plan.lastPart + 1;
  const moved: ScheduledPart = {
    part: number,
    amount: outstandingOf(part),
    due: { kind: 'date', on },
    collect: part.collect,
  };
  const remaining = paidRemains(plan.parts, new Set([part.part]));
  if (remaining.length >= partsMax) return rejected({ code: 'plan_parts_out_of_range', part: null });
  const { total } = plan;
  const parts = inserted(remaining, moved, on);
  return replan(plan, command, { cause: 'skipped', total, parts, closed: [part.part], added: [number] });
}

function datesOf(parts: readonly ScheduledPart[]): readonly CivilDate[] {
  return parts.flatMap(({ due }) => (due.kind === 'date' ? [due.on] : []));
}

function inserted(
  parts: readonly ScheduledPart[],
  moved: ScheduledPart,
  on: CivilDate,
): readonly ScheduledPart[] {
  const place = parts.findLastIndex(({ due }) => due.kind === 'date' && compareDates(due.on, on) < 0) + 1;
  return [...parts.slice(0, place), moved, ...parts.slice(place)];
}

/** The next date of the plan's own months that is behind all its dates and today. */
function dateBehind(plan: OpenPlan, today: CivilDate): CivilDate | undefined {
  const { terms, approvedOn } = plan.details;
  const last = datesOf(plan.parts).reduce(
    (latest, on) => (compareDates(on, latest) > 0 ? on : latest),
    today,
  );
  const monthly = terms.parts.flatMap(({ due }) => (due.kind === 'months_after' ? [due] : []));
  const anchor = monthly.length === 0 ? last : (monthly[0]?.anchor ?? approvedOn);
  for (let months = 1; months <= monthsTried; months += 1) {
    const candidate = addMonths(anchor, months);
    const on = terms.businessDays ? nextBusinessDay(candidate) : candidate;
    if (compareDates(on, last) > 0) return on;
  }
  return undefined;
}

export function replanParts(state: PlanState, command: PlanCommandOf<'Replan'>): PlanDecision {
  const plan = changeable(state);
  if ('outcome' in plan) return plan;
  if (plan.pausedOn !== null) return rejected({ code: 'plan_paused' });
  const open = openParts(plan);
  if (open.length === 0) return rejected({ code: 'plan_nothing_to_replan' });
  if (open.some(({ collection }) => collection !== null)) {
    return rejected({ code: 'plan_part_being_collected' });
  }
  const freed = open.map(({ part }) => part);
  const scheduled = scheduleParts({
    parts: command.parts,
    total: sum(plan.total.currency, open.map(outstandingOf)),
    approvedOn: command.today,
    businessDays: plan.details.terms.businessDays,
    step: stepOf(plan.details.terms),
    from: plan.lastPart + 1,
  });
  if (scheduled.outcome === 'refused') return rejected(scheduled.refusal);
  const remaining = paidRemains(plan.parts, new Set(freed));
  if (remaining.length + scheduled.parts.length > partsMax) {
    return rejected({ code: 'plan_parts_out_of_range', part: null });
  }
  return replan(plan, command, {
    cause: 'replanned',
    total: plan.total,
    parts: [...remaining, ...scheduled.parts],
    closed: freed,
    added: scheduled.parts.map(({ part }) => part),
  });
}

/** A change order: the deposit keeps its amount as long as there is another part to carry the difference. */
export function amendTotal(state: PlanState, command: PlanCommandOf<'AmendTotal'>): PlanDecision {
  const plan = changeable(state);
  if ('outcome' in plan) {
    const isSame = state.status === 'completed' && equals(state.total, command.total);
    return isSame ? nothingToDo : plan;
  }
  const { total } = command;
  if (total.currency !== plan.total.currency) return rejected({ code: 'currency_mismatch', part: null });
  if (equals(total, plan.total)) return nothingToDo;
  if (!isPositive(total)) return rejected({ code: 'amount_not_positive' });
  const free = openParts(plan).filter(({ collection }) => collection === null);
  if (free.length === 0) return rejected({ code: 'plan_part_being_collected' });
  const balance = free.filter(({ part }) => part !== plan.parts[0]?.part);
  const difference = subtract(total, plan.total);
  const step = stepOf(plan.details.terms);
  const changes = isPositive(difference)
    ? changed(difference, balance.length > 0 ? balance : free, step)
    : shrunk(difference, { balance, free, step });
  if (changes === undefined) {
    const left = sum(total.currency, free.map(outstandingOf));
    return rejected({ code: 'amendment_below_settled', leastTotal: subtract(plan.total, left) });
  }
  const parts = plan.parts
    .map((part) => ({
      ...part,
      amount: add(part.amount, changes.get(part.part) ?? money(0n, total.currency)),
    }))
    .filter(({ amount }) => isPositive(amount));
  const closed = free
    .filter((part) => isZero(add(outstandingOf(part), changes.get(part.part) ?? money(0n, total.currency))))
    .map(({ part }) => part);
  return replan(plan, command, { cause: 'amended', total, parts, closed, added: [] });
}

type Changes = ReadonlyMap<number, Money>;

/** In proportion to what is open of each, in whole steps. */
function changed(difference: Money, parts: readonly Part[], step: bigint): Changes {
  const open = parts.map(outstandingOf);
  const whole = add(sum(difference.currency, open), difference);
  const weights = open.map(({ minor }) => minor);
  const fractionTo = fractionCarrier(parts);
  const after = allocateInSteps(whole, weights, { step, fractionTo });
  return new Map(
    paired(parts, paired(open, after)).map(([{ part }, [before, now]]) => [part, subtract(now, before)]),
  );
}

/** The balance shrinks first, and the deposit only by what the balance cannot give; undefined where both cannot. */
function shrunk(
  difference: Money,
  {
    balance,
    free,
    step,
  }: { readonly balance: readonly Part[]; readonly free: readonly Part[]; readonly step: bigint },
): Changes | undefined {
  const { currency } = difference;
  const whole = sum(currency, free.map(outstandingOf));
  if (compare(add(whole, difference), money(0n, currency)) < 0) return undefined;
  const fromBalance = sum(currency, balance.map(outstandingOf));
  const missing = add(fromBalance, difference);
  if (missing.minor >= 0n) return changed(difference, balance, step);
  const deposit = free.filter((part) => !balance.includes(part));
  return new Map([
    ...balance.map((part) => [part.part, subtract(money(0n, currency), outstandingOf(part))] as const),
    ...changed(missing, deposit, step),
  ]);
}
