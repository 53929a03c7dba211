import type { CivilDate } from '../shared/civil-date.js';
import { compareDates } from '../shared/civil-date.js';
import { accepted, nothingToDo, rejected } from '../shared/decider.js';
import type { Instant } from '../shared/instant.js';
import type { Money } from '../shared/money.js';
import { add, compare, equals, isPositive, isZero, smaller, subtract, sum } from '../shared/money.js';
import type { PlanCommandOf } from './commands.js';
import type { PlanDecision } from './conclude.js';
import { concluded } from './conclude.js';
import type { PlanEvent } from './events.js';
import { evolve } from './evolve.js';
import type { ExistingPlan, OpenPlan, Part, PlanState } from './state.js';
import {
  discountedOf,
  earlyDiscount,
  inOrderOfPaying,
  isOpen,
  missedDate,
  nothing,
  openParts,
  outstanding,
  outstandingOf,
} from './state.js';

export function recordCollectionStarted(
  state: PlanState,
  command: PlanCommandOf<'RecordCollectionStarted'>,
): PlanDecision {
  const { at, part: number, collectionId } = command;
  if (state.status === 'absent') return rejected({ code: 'plan_not_found' });
  const part = state.parts.find((known) => known.part === number);
  if (part === undefined) return rejected({ code: 'plan_part_not_found' });
  if (part.collection === collectionId) return nothingToDo;
  if (state.status === 'canceled') return rejected({ code: 'plan_not_open', status: state.status });
  if (!isOpen(part)) return rejected({ code: 'plan_part_closed' });
  if (part.step === 'scheduled') return rejected({ code: 'plan_part_not_due' });
  if (part.collection !== null) return rejected({ code: 'plan_part_being_collected' });
  return accepted({ type: 'PlanPartCollectionStarted', at, part: number, collectionId });
}

/** The end of a collection that is not the part's open one is old news. */
export function recordCollectionFailed(
  state: PlanState,
  command: PlanCommandOf<'RecordCollectionFailed'>,
): PlanDecision {
  const { at, part: number, collectionId, failure } = command;
  if (state.status === 'absent') return rejected({ code: 'plan_not_found' });
  const part = state.parts.find((known) => known.part === number);
  if (part === undefined) return rejected({ code: 'plan_part_not_found' });
  if (part.collection !== collectionId || state.status === 'canceled') return nothingToDo;
  const attempts = part.failures.length + 1;
  return accepted({ type: 'PlanPartCollectionFailed', at, part: number, collectionId, failure, attempts });
}

export function recordCollectionConcluded(
  state: PlanState,
  command: PlanCommandOf<'RecordCollectionConcluded'>,
): PlanDecision {
  const { at, part: number, collectionId } = command;
  if (state.status === 'absent') return rejected({ code: 'plan_not_found' });
  const part = state.parts.find((known) => known.part === number);
  if (part === undefined) return rejected({ code: 'plan_part_not_found' });
  if (part.collection !== collectionId || state.status === 'canceled') return nothingToDo;
  const ended: PlanEvent = { type: 'PlanPartCollectionConcluded', at, part: number, collectionId };
  return concluded(state, at, ended, ...discountAfter(state, [ended], command));
}

function isOngoing(state: ExistingPlan): state is OpenPlan {
  return state.status === 'active' || state.status === 'defaulted';
}

export function settleParts(state: PlanState, command: PlanCommandOf<'SettleParts'>): PlanDecision {
  const { at, applicationId, amount } = command;
  if (state.status === 'absent') return rejected({ code: 'plan_not_found' });
  const earlier = state.settlements.filter((each) => each.applicationId === applicationId);
  if (earlier.length > 0) {
    const told = sum(
      state.total.currency,
      earlier.map((each) => each.amount),
    );
    return equals(told, amount) ? nothingToDo : rejected({ code: 'settlement_differs' });
  }
  if (!isOngoing(state)) return rejected({ code: 'plan_not_open', status: state.status });
  if (amount.currency !== state.total.currency) return rejected({ code: 'currency_mismatch', part: null });
  if (!isPositive(amount)) return rejected({ code: 'amount_not_positive' });
  const open = outstanding(state);
  if (compare(amount, open) > 0) {
    return rejected({ code: 'settlement_exceeds_outstanding', outstanding: open });
  }
  const settlements = settlementsOf(state, command);
  return concluded(state, at, ...settlements, ...discountAfter(state, settlements, command));
}

function settlementsOf(state: OpenPlan, command: PlanCommandOf<'SettleParts'>): readonly PlanEvent[] {
  const { at, applicationId, amount, part: named } = command;
  const open = inOrderOfPaying(state);
  const inOrder = [
    ...open.filter(({ part }) => part === named),
    ...open.filter(({ part }) => part !== named),
  ];
  const events: PlanEvent[] = [];
  let left = amount;
  for (const part of inOrder) {
    if (isZero(left)) break;
    const due = outstandingOf(part);
    const share = smaller(left, due);
    left = subtract(left, share);
    events.push({
      type: 'PlanPartSettled',
      at,
      part: part.part,
      amount: share,
      applicationId,
      outstanding: subtract(due, share),
    });
  }
  return events;
}

/**
 * Paid within the days, all but the discount: the discount is earned, and closes what is left. While a collection of an
 * open part is under way, more of its money may follow, so that is waited for.
 */
function discountAfter(
  state: ExistingPlan,
  events: readonly PlanEvent[],
  { at, today }: { readonly at: Instant; readonly today: CivilDate },
): readonly PlanEvent[] {
  const discount = earlyDiscount(state);
  const after = events.reduce<PlanState>(evolve, state);
  if (discount === null || after.status === 'absent' || !isOngoing(after)) return [];
  const left = outstanding(after);
  if (isZero(left) || compare(left, discount.amount) > 0) return [];
  if (compareDates(today, discount.until) > 0) return [];
  const open = openParts(after);
  if (open.some(({ collection }) => collection !== null)) return [];
  const closed = open.map((part) => ({ part: part.part, amount: outstandingOf(part) }));
  return [{ type: 'EarlyDiscountEarned', at, amount: left, closed }];
}

export function unsettleParts(state: PlanState, command: PlanCommandOf<'UnsettleParts'>): PlanDecision {
  const { applicationId, reversalId, amount } = command;
  if (state.status === 'absent') return rejected({ code: 'plan_not_found' });
  const earlier = state.reversals.filter((each) => each.reversalId === reversalId);
  if (earlier.length > 0) {
    const told = sum(
      state.total.currency,
      earlier.map((each) => each.amount),
    );
    const isSame = equals(told, amount) && earlier.every((each) => each.applicationId === applicationId);
    return isSame ? nothingToDo : rejected({ code: 'settlement_differs' });
  }
  if (amount.currency !== state.total.currency) return rejected({ code: 'currency_mismatch', part: null });
  if (!isPositive(amount)) return rejected({ code: 'amount_not_positive' });
  const standing = state.settlements.filter((each) => each.applicationId === applicationId);
  if (standing.length === 0) return rejected({ code: 'settlement_not_found' });
  const events: PlanEvent[] = [];
  let left: Money = amount;
  // What was settled last is open first.
  for (const settlement of standing.toReversed()) {
    const stands = subtract(settlement.amount, settlement.reversed);
    const share = smaller(left, stands);
    const part = state.parts.find((known) => known.part === settlement.part);
    if (isZero(share) || part === undefined) continue;
    left = subtract(left, share);
    events.push(reopened(state, part, share, command));
  }
  if (!isZero(left)) {
    return rejected({ code: 'settlement_exceeds_outstanding', outstanding: subtract(amount, left) });
  }
  return accepted(...events, ...(command.takenBack ? discountLost(state, events, command) : []));
}

/** What was not paid in time after all earned nothing. */
function discountLost(
  state: ExistingPlan,
  events: readonly PlanEvent[],
  { at, today }: PlanCommandOf<'UnsettleParts'>,
): readonly PlanEvent[] {
  const amount = discountedOf(state);
  const after = events.reduce<PlanState>(evolve, state);
  if (isZero(amount) || after.status === 'absent') return [];
  const lost = after.parts.filter((part) => isPositive(part.discounted));
  const waits = (part: Part): boolean => !isOpen(part) && state.status !== 'canceled';
  return [
    {
      type: 'EarlyDiscountLost',
      at,
      amount,
      reopened: lost.map((part) => ({
        ...{ part: part.part, amount: part.discounted },
        next: waits(part) ? nextOf(state, part, today) : null,
      })),
    },
  ];
}

function reopened(
  state: ExistingPlan,
  part: Part,
  amount: Money,
  { at, applicationId, reversalId, today }: PlanCommandOf<'UnsettleParts'>,
): PlanEvent {
  const outstandingNow = add(outstandingOf(part), amount);
  const waits = !isOpen(part) && state.status !== 'canceled';
  return {
    type: 'PlanPartUnsettled',
    at,
    part: part.part,
    amount,
    applicationId,
    reversalId,
    outstanding: isPositive(outstandingNow) ? outstandingNow : nothing(state),
    next: waits ? nextOf(state, part, today) : null,
  };
}

/** A part that had been due has its days of grace again; one that was missed stays missed. */
function nextOf(
  state: ExistingPlan,
  part: Part,
  today: PlanCommandOf<'UnsettleParts'>['today'],
): Extract<PlanEvent, { type: 'PlanPartUnsettled' }>['next'] {
  const { zone } = state.details;
  switch (part.step) {
    case 'scheduled':
      return part.due.kind === 'date' ? { step: 'due', on: part.due.on, zone } : null;
    case 'due':
      return { step: 'missed', on: missedDate(state, today), zone };
    case 'missed':
      return null;
  }
}
