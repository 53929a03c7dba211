import type { Decider, Decision } from '../shared/decider.js';
import { accepted, nothingToDo, rejected } from '../shared/decider.js';
import type { Instant } from '../shared/instant.js';
import type { Money } from '../shared/money.js';
import { compare, equals, isPositive, sum } from '../shared/money.js';
import type { CollectionDetails, CollectionEvent, CollectionRefusal } from './events.js';
import { evolve } from './evolve.js';
import type { CollectionState, LegState, LegStatus, OpenCollection } from './state.js';
import { settledOf } from './state.js';

/** What came of one step at a leg. */
export type LegOutcome =
  | { readonly outcome: 'reserved' | 'settled' | 'released' }
  | ({ readonly outcome: 'failed' } & CollectionRefusal);

export type CollectionCommand = { readonly at: Instant } & (
  | { readonly type: 'StartCollection'; readonly details: CollectionDetails }
  /** `refusal` null when the invoice is this collection's now. */
  | { readonly type: 'RecordClaim'; readonly refusal: CollectionRefusal | null }
  | { readonly type: 'RecordLeg'; readonly leg: number; readonly outcome: LegOutcome }
  | { readonly type: 'AbandonCollection'; readonly refusal: CollectionRefusal }
  /** Everything is applied, or given back, and the claim is released. */
  | { readonly type: 'CloseCollection' }
);
type CommandOf<T extends CollectionCommand['type']> = Extract<CollectionCommand, { type: T }>;

/** Every business refusal of the collection decider, by its stable code. */
export type CollectionRejection =
  | { readonly code: 'collection_not_found' }
  | { readonly code: 'collection_already_exists' }
  | { readonly code: 'collection_without_legs' }
  | { readonly code: 'collection_leg_amount_not_positive'; readonly leg: number }
  | { readonly code: 'collection_legs_do_not_sum'; readonly expected: Money }
  /** Too late to give up: every part is certain, and it is being taken. */
  | { readonly code: 'collection_not_abandonable'; readonly status: string }
  | { readonly code: 'collection_not_closable'; readonly status: string }
  | { readonly code: 'collection_leg_out_of_step'; readonly leg: number; readonly status: string };

type CollectionDecision = Decision<CollectionEvent, CollectionRejection>;

/** How many tenders may share one amount. */
const legsMax = 10;

/**
 * One attempt to collect an amount of an invoice by one or more tenders. It claims the invoice, reserves its legs in order,
 * takes them when all are certain, and gives every one back, the last first, when one comes to nothing.
 */
export const collection: Decider<CollectionState, CollectionCommand, CollectionEvent, CollectionRejection> = {
  initialState: { status: 'absent' },
  decide,
  evolve,
};

function decide(state: CollectionState, command: CollectionCommand): CollectionDecision {
  switch (command.type) {
    case 'StartCollection':
      return start(state, command);
    case 'RecordClaim':
      return recordClaim(state, command);
    case 'RecordLeg':
      return recordLeg(state, command);
    case 'AbandonCollection':
      return abandon(state, command);
    case 'CloseCollection':
      return close(state, command);
  }
}

function start(state: CollectionState, { at, details }: CommandOf<'StartCollection'>): CollectionDecision {
  if (state.status !== 'absent') {
    const same =
      state.details.invoiceId === details.invoiceId && equals(state.details.amount, details.amount);
    return same ? nothingToDo : rejected({ code: 'collection_already_exists' });
  }
  if (details.legs.length === 0 || details.legs.length > legsMax) {
    return rejected({ code: 'collection_without_legs' });
  }
  const bad = details.legs.find(({ amount }) => !isPositive(amount));
  if (bad !== undefined) return rejected({ code: 'collection_leg_amount_not_positive', leg: bad.leg });
  const { currency } = details.amount;
  const mixed = details.legs.some(({ amount }) => amount.currency !== currency);
  const parts = mixed
    ? null
    : sum(
        currency,
        details.legs.map(({ amount }) => amount),
      );
  if (parts === null || compare(parts, details.amount) !== 0) {
    return rejected({ code: 'collection_legs_do_not_sum', expected: details.amount });
  }
  return accepted({ type: 'CollectionStarted', at, ...details });
}

function recordClaim(state: CollectionState, { at, refusal }: CommandOf<'RecordClaim'>): CollectionDecision {
  if (state.status === 'absent') return rejected({ code: 'collection_not_found' });
  if (state.status !== 'claiming') return nothingToDo;
  return refusal === null
    ? accepted({ type: 'CollectionClaimGranted', at })
    : accepted({ type: 'CollectionClaimRefused', at, ...refusal });
}

/** What may follow each status of a leg while legs are tried; news of an earlier step is old and tells nothing. */
const following: Readonly<Record<LegStatus, readonly LegOutcome['outcome'][]>> = {
  waiting: ['reserved', 'settled', 'failed'],
  reserved: ['settled', 'failed'],
  settled: [],
  failed: ['released'],
  released: [],
};

function recordLeg(state: CollectionState, command: CommandOf<'RecordLeg'>): CollectionDecision {
  switch (state.status) {
    case 'absent':
      return rejected({ code: 'collection_not_found' });
    case 'claiming':
      return rejected({ code: 'collection_leg_out_of_step', leg: command.leg, status: state.status });
    case 'applying':
    case 'succeeded':
    case 'failed':
      return nothingToDo;
    case 'collecting':
    case 'committing':
    case 'undoing':
      return recordOpenLeg(state, command);
  }
}

function recordOpenLeg(
  state: OpenCollection,
  { at, leg: number, outcome }: CommandOf<'RecordLeg'>,
): CollectionDecision {
  const leg = state.legs.find((each) => each.leg === number);
  if (leg === undefined) {
    return rejected({ code: 'collection_leg_out_of_step', leg: number, status: 'absent' });
  }
  const undoing = state.status === 'undoing' && leg.status !== 'released';
  const expected = undoing ? ['released'] : following[leg.status];
  if (!expected.includes(outcome.outcome)) return nothingToDo;
  return accepted(factOf(leg, at, outcome));
}

function factOf({ leg, amount }: LegState, at: Instant, outcome: LegOutcome): CollectionEvent {
  switch (outcome.outcome) {
    case 'reserved':
      return { type: 'CollectionLegReserved', at, leg };
    case 'settled':
      return { type: 'CollectionLegSettled', at, leg, amount };
    case 'released':
      return { type: 'CollectionLegReleased', at, leg };
    case 'failed':
      return { type: 'CollectionLegFailed', at, leg, code: outcome.code, message: outcome.message };
  }
}

function abandon(
  state: CollectionState,
  { at, refusal }: CommandOf<'AbandonCollection'>,
): CollectionDecision {
  switch (state.status) {
    case 'absent':
      return rejected({ code: 'collection_not_found' });
    case 'undoing':
    case 'failed':
      return nothingToDo;
    case 'committing':
    case 'applying':
    case 'succeeded':
      return rejected({ code: 'collection_not_abandonable', status: state.status });
    case 'claiming':
    case 'collecting': {
      const open = state.legs.some(({ status }) => status === 'waiting' || status === 'reserved');
      return open ? accepted({ type: 'CollectionAbandoned', at, ...refusal }) : nothingToDo;
    }
  }
}

function close(state: CollectionState, { at }: CommandOf<'CloseCollection'>): CollectionDecision {
  switch (state.status) {
    case 'absent':
      return rejected({ code: 'collection_not_found' });
    case 'succeeded':
    case 'failed':
      return nothingToDo;
    case 'claiming':
    case 'collecting':
    case 'committing':
      return rejected({ code: 'collection_not_closable', status: state.status });
    case 'applying':
      return accepted({ type: 'CollectionSucceeded', at, settled: settledOf(state) });
    case 'undoing': {
      const held = state.legs.some(({ status }) => status !== 'released');
      if (held) return rejected({ code: 'collection_not_closable', status: state.status });
      return accepted({ type: 'CollectionFailed', at, ...state.refusal });
    }
  }
}
