import { impossible } from '../shared/corrupt-stream.js';
import type { Decider, Decision } from '../shared/decider.js';
import { accepted, nothingToDo, rejected } from '../shared/decider.js';
import type { PlanId } from '../shared/ids.js';
import type { Instant } from '../shared/instant.js';
import type { Money } from '../shared/money.js';
import { compare, equals, isPositive, subtract, sum, zero } from '../shared/money.js';

/** What one plan may come to be owed. */
export type Owing = { readonly planId: PlanId; readonly amount: Money };

export type ExposureState =
  | { readonly status: 'absent' }
  | { readonly status: 'open'; readonly taken: readonly Owing[] };

export type ExposureCommand = { readonly at: Instant } & (
  | ({
      readonly type: 'TakeExposure';
      /** What the customer may owe in all, this plan included; null takes without a look at any limit. */
      readonly limit: Money | null;
      /** What plans still ask for, as they were looked up. One that is not among them counts with all that it took. */
      readonly owed: readonly Owing[];
      /** What was taken for it before its plan had a name; it is let go in the same step. */
      readonly replaces: PlanId | null;
    } & Owing)
  | { readonly type: 'ReleaseExposure'; readonly planId: PlanId }
);
type CommandOf<T extends ExposureCommand['type']> = Extract<ExposureCommand, { type: T }>;

/** Facts of what one customer may come to owe. */
export type ExposureEvent = { readonly at: Instant } & (
  | ({ readonly type: 'ExposureTaken' } & Owing)
  | { readonly type: 'ExposureReleased'; readonly planId: PlanId }
);

export type ExposureRejection = { readonly code: 'credit_limit_exceeded'; readonly available: Money };

/**
 * Which plans a customer may owe on. All of a customer's share one stream, so that two orders which fit into a limit one by
 * one and not together meet at its revision: whoever comes second counts the first.
 */
export const exposure: Decider<ExposureState, ExposureCommand, ExposureEvent, ExposureRejection> = {
  initialState: { status: 'absent' },
  decide,
  evolve,
};

type ExposureDecision = Decision<ExposureEvent, ExposureRejection>;

function decide(state: ExposureState, command: ExposureCommand): ExposureDecision {
  switch (command.type) {
    case 'TakeExposure':
      return take(state, command);
    case 'ReleaseExposure':
      return release(state, command);
  }
}

function take(state: ExposureState, command: CommandOf<'TakeExposure'>): ExposureDecision {
  const { at, planId, amount, limit, owed, replaces } = command;
  const taken = takenIn(state);
  const known = taken.find((one) => one.planId === planId);
  const freed: readonly ExposureEvent[] = taken
    .filter((one) => one.planId === replaces)
    .map((one) => ({ type: 'ExposureReleased', at, planId: one.planId }));
  if (known !== undefined && equals(known.amount, amount)) return accepted(...freed);
  if (limit !== null) {
    const { currency } = amount;
    const others = taken.filter(
      (one) => one.planId !== planId && one.planId !== replaces && one.amount.currency === currency,
    );
    const owedNow = others.map(
      (one) => owed.find((looked) => looked.planId === one.planId)?.amount ?? one.amount,
    );
    const available = subtract(limit, sum(currency, owedNow));
    if (compare(amount, available) > 0) {
      return rejected({
        code: 'credit_limit_exceeded',
        available: isPositive(available) ? available : zero(currency),
      });
    }
  }
  return accepted<ExposureEvent>({ type: 'ExposureTaken', at, planId, amount }, ...freed);
}

function release(state: ExposureState, { at, planId }: CommandOf<'ReleaseExposure'>): ExposureDecision {
  const known = takenIn(state).some((one) => one.planId === planId);
  return known ? accepted({ type: 'ExposureReleased', at, planId }) : nothingToDo;
}

export function takenIn(state: ExposureState): readonly Owing[] {
  return state.status === 'absent' ? [] : state.taken;
}

function evolve(state: ExposureState, event: ExposureEvent): ExposureState {
  const others = takenIn(state).filter(({ planId }) => planId !== event.planId);
  switch (event.type) {
    case 'ExposureTaken':
      return { status: 'open', taken: [...others, { planId: event.planId, amount: event.amount }] };
    case 'ExposureReleased':
      if (others.length === takenIn(state).length) return impossible('not taken', event.type);
      return { status: 'open', taken: others };
  }
}
