import { impossible } from '../shared/corrupt-stream.js';
import { add, compare, isPositive, isZero, money, subtract, sum } from '../shared/money.js';
import type { ScheduledPart } from '../shared/plan-schedule.js';
import type { PlanEvent, PlanEventOf } from './events.js';
import type { ExistingPlan, OpenPlan, Part, PlanState, Settlement } from './state.js';
import { outstanding, outstandingOf } from './state.js';

/** Folds one fact into the state; an impossible pair stops the fold with `CorruptStream`. */
export function evolve(state: PlanState, event: PlanEvent): PlanState {
  if (event.type === 'PlanStarted') return started(state, event);
  switch (state.status) {
    case 'absent':
      return impossible(state.status, event.type);
    case 'canceled':
      if (event.type === 'EarlyDiscountLost') return discountLost(state, event);
      return event.type === 'PlanPartUnsettled'
        ? unsettled(state, event)
        : impossible(state.status, event.type);
    case 'completed':
      return evolveCompleted(state, event);
    case 'active':
    case 'defaulted':
      return evolveOpen(state, event);
  }
}

function started(state: PlanState, event: PlanEventOf<'PlanStarted'>): PlanState {
  if (state.status !== 'absent') return impossible(state.status, event.type);
  const { type: _type, at, version, total, parts, ...details } = event;
  return checked(
    {
      status: 'active',
      details,
      startedAt: at,
      version,
      total,
      parts: parts.map(fresh),
      settlements: [],
      reversals: [],
      milestones: [],
      skips: 0,
      lastPart: Math.max(...parts.map(({ part }) => part)),
      releasedAt: null,
      pausedOn: null,
      pausedDays: 0,
      defaultedAt: null,
    },
    event,
  );
}

function evolveCompleted(state: ExistingPlan, event: PlanEvent): PlanState {
  switch (event.type) {
    case 'PlanPartUnsettled':
      return { ...unsettled(state, event), status: state.defaultedAt === null ? 'active' : 'defaulted' };
    case 'PlanMilestoneReached':
      return { ...state, milestones: [...state.milestones, event.name] };
    case 'PlanPartCollectionFailed':
    case 'PlanPartCollectionConcluded':
      return { ...state, parts: changed(state, event, (part) => evolvePart(part, event)) };
    case 'PlanStarted':
    case 'PlanPartAnnounced':
    case 'PlanPartDue':
    case 'PlanPaused':
    case 'PlanResumed':
    case 'PlanPartMissed':
    case 'LateFeeFellDue':
    case 'PlanPartCollectionStarted':
    case 'PlanPartSettled':
    case 'EarlyDiscountEarned':
    case 'EarlyDiscountLost':
    case 'PlanReplanned':
    case 'PlanDefaulted':
    case 'PlanReleasedOrder':
    case 'PlanCompleted':
    case 'PlanCanceled':
      return impossible(state.status, event.type);
  }
}

function evolveOpen(state: OpenPlan, event: Exclude<PlanEvent, { type: 'PlanStarted' }>): PlanState {
  switch (event.type) {
    case 'PlanPartSettled':
      return settled(state, event);
    case 'PlanPartUnsettled':
      return unsettled(state, event);
    case 'PlanReplanned':
      return replanned(state, event);
    case 'PlanMilestoneReached':
      return { ...state, milestones: [...state.milestones, event.name] };
    case 'EarlyDiscountEarned':
      return discounted(state, event);
    case 'EarlyDiscountLost':
      return discountLost(state, event);
    case 'PlanDefaulted': {
      const due = new Set(event.accelerated);
      const parts = state.parts.map((part) =>
        due.has(part.part) ? { ...part, step: 'due' as const } : part,
      );
      return { ...state, status: 'defaulted', defaultedAt: event.at, parts };
    }
    case 'PlanPaused':
      if (state.pausedOn !== null) return impossible('paused', event.type);
      return { ...state, pausedOn: event.on };
    case 'PlanResumed':
      if (state.pausedOn === null) return impossible('not paused', event.type);
      return {
        ...state,
        pausedOn: null,
        pausedDays: state.pausedDays + event.days,
        parts: state.parts.map((part) => movedIn(event, part)),
      };
    case 'PlanReleasedOrder':
      if (state.releasedAt !== null) return impossible('released', event.type);
      return { ...state, releasedAt: event.at };
    case 'PlanCompleted':
      if (!isZero(outstanding(state))) return impossible('open', event.type);
      return { ...state, status: 'completed' };
    case 'PlanCanceled':
      return { ...state, status: 'canceled', refundable: event.refundable, retained: event.retained };
    case 'PlanPartAnnounced':
    case 'PlanPartDue':
    case 'PlanPartMissed':
    case 'LateFeeFellDue':
    case 'PlanPartCollectionStarted':
    case 'PlanPartCollectionFailed':
    case 'PlanPartCollectionConcluded':
      return { ...state, parts: changed(state, event, (part) => evolvePart(part, event)) };
  }
}

function movedIn({ moved }: PlanEventOf<'PlanResumed'>, part: Part): Part {
  const to = moved.find((each) => each.part === part.part);
  if (to === undefined) return part;
  if (to.step !== 'due') return { ...part, missedOn: to.missedOn };
  return { ...part, due: { kind: 'date', on: to.on } };
}

type PartEvent = PlanEventOf<
  | 'PlanPartAnnounced'
  | 'PlanPartDue'
  | 'PlanPartMissed'
  | 'LateFeeFellDue'
  | 'PlanPartCollectionStarted'
  | 'PlanPartCollectionFailed'
  | 'PlanPartCollectionConcluded'
>;

function evolvePart(part: Part, event: PartEvent): Part {
  switch (event.type) {
    case 'PlanPartAnnounced':
      return { ...part, announced: true };
    case 'PlanPartDue':
      if (part.step !== 'scheduled') return impossible(`part ${part.step}`, event.type);
      return { ...part, step: 'due', missedOn: event.missed.on };
    case 'PlanPartMissed':
      if (part.step !== 'due') return impossible(`part ${part.step}`, event.type);
      return { ...part, step: 'missed' };
    case 'LateFeeFellDue':
      return {
        ...part,
        lateFees: event.number,
        lateFeesTotal: add(part.lateFeesTotal, event.amount),
      };
    case 'PlanPartCollectionStarted':
      if (part.collection !== null) return impossible('part being collected', event.type);
      return { ...part, collection: event.collectionId };
    case 'PlanPartCollectionFailed':
    case 'PlanPartCollectionConcluded': {
      if (part.collection !== event.collectionId) return impossible('part not collected by it', event.type);
      const failed = event.type === 'PlanPartCollectionFailed';
      const failures = failed ? [...part.failures, event.collectionId] : part.failures;
      return { ...part, collection: null, failures };
    }
  }
}

function settled(state: OpenPlan, event: PlanEventOf<'PlanPartSettled'>): PlanState {
  const { part, amount, applicationId } = event;
  const parts = changed(state, event, (known) => {
    if (compare(amount, outstandingOf(known)) > 0) return impossible('part settled', event.type);
    return { ...known, settled: add(known.settled, amount) };
  });
  const settlement = { applicationId, part, amount, reversed: money(0n, amount.currency) };
  return checked({ ...state, parts, settlements: [...state.settlements, settlement] }, event);
}

function unsettled<S extends ExistingPlan>(state: S, event: PlanEventOf<'PlanPartUnsettled'>): S {
  const { part, amount, applicationId, reversalId, next } = event;
  const settlements = reversed(state.settlements, event);
  const parts = changed(state, event, (known) => ({
    ...known,
    settled: subtract(known.settled, amount),
    missedOn: next?.step === 'missed' ? next.on : known.missedOn,
  }));
  const reversal = { reversalId, applicationId, amount };
  if (parts.some((known) => known.part === part && known.settled.minor < 0n)) {
    return impossible('part not settled', event.type);
  }
  return checked({ ...state, parts, settlements, reversals: [...state.reversals, reversal] }, event);
}

/** The part's settlement by that application, with so much more of it reversed. */
function reversed(
  settlements: readonly Settlement[],
  { applicationId, part, amount, type }: PlanEventOf<'PlanPartUnsettled'>,
): readonly Settlement[] {
  const known = settlements.find((each) => each.applicationId === applicationId && each.part === part);
  if (known === undefined || compare(add(known.reversed, amount), known.amount) > 0) {
    return impossible('part not settled by it', type);
  }
  return settlements.map((each) =>
    each === known ? { ...each, reversed: add(each.reversed, amount) } : each,
  );
}

function discounted(state: OpenPlan, event: PlanEventOf<'EarlyDiscountEarned'>): PlanState {
  const forgiven = new Map(event.closed.map(({ part, amount }) => [part, amount]));
  const parts = state.parts.map((part) => {
    const amount = forgiven.get(part.part);
    return amount === undefined ? part : { ...part, discounted: add(part.discounted, amount) };
  });
  const given = sum(state.total.currency, forgiven.values());
  if (compare(given, event.amount) !== 0) return impossible('another amount open', event.type);
  return checked({ ...state, parts }, event);
}

function discountLost<S extends ExistingPlan>(state: S, event: PlanEventOf<'EarlyDiscountLost'>): S {
  const lost = new Map(event.reopened.map((each) => [each.part, each]));
  const parts = state.parts.map((part) => {
    const again = lost.get(part.part);
    if (again === undefined) return part;
    const missedOn = again.next?.step === 'missed' ? again.next.on : part.missedOn;
    return { ...part, discounted: subtract(part.discounted, again.amount), missedOn };
  });
  if (parts.some((part) => !isZero(part.discounted))) return impossible('another discount', event.type);
  return checked({ ...state, parts }, event);
}

function replanned(state: OpenPlan, event: PlanEventOf<'PlanReplanned'>): PlanState {
  const { version, cause, total } = event;
  const known = new Map(state.parts.map((part) => [part.part, part]));
  const parts = event.parts.map((part) => {
    const earlier = known.get(part.part);
    return earlier === undefined ? fresh(part) : { ...earlier, ...part };
  });
  const lastPart = Math.max(state.lastPart, ...event.added);
  const skips = cause === 'skipped' ? state.skips + 1 : state.skips;
  const next = { ...state, version, total, parts, lastPart, skips };
  // What is arranged anew is not in default any more.
  return checked(cause === 'replanned' ? { ...next, status: 'active', defaultedAt: null } : next, event);
}

function fresh(part: ScheduledPart): Part {
  const none = money(0n, part.amount.currency);
  return {
    ...part,
    step: 'scheduled',
    missedOn: null,
    announced: false,
    settled: none,
    discounted: none,
    lateFees: 0,
    lateFeesTotal: none,
    collection: null,
    failures: [],
  };
}

function changed(
  state: ExistingPlan,
  event: { readonly type: string; readonly part: number },
  change: (part: Part) => Part,
): readonly Part[] {
  if (!state.parts.some(({ part }) => part === event.part)) return impossible('part absent', event.type);
  return state.parts.map((part) => (part.part === event.part ? change(part) : part));
}

/** The law of every version: its parts sum to its total, and none is settled beyond its amount. */
function checked<S extends ExistingPlan>(state: S, event: PlanEvent): S {
  const amounts = state.parts.map(({ amount }) => amount);
  const sums = compare(sum(state.total.currency, amounts), state.total) === 0;
  const within = state.parts.every((part) => isPositive(part.amount) && outstandingOf(part).minor >= 0n);
  if (!sums || !within) return impossible('parts that do not sum', event.type);
  return state;
}
