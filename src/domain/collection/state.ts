import type { Instant } from '../shared/instant.js';
import type { Money } from '../shared/money.js';
import { add, zero } from '../shared/money.js';
import type { CollectionDetails, CollectionRefusal, Leg } from './events.js';

export type LegStatus = 'waiting' | 'reserved' | 'settled' | 'failed' | 'released';

export type LegState = Leg & {
  readonly status: LegStatus;
  /** Why it failed; stays when it was released afterwards. */
  readonly refusal: CollectionRefusal | null;
};

type Existing = {
  readonly details: CollectionDetails;
  readonly createdAt: Instant;
  /** When its last fact was decided. */
  readonly changedAt: Instant;
  readonly legs: readonly LegState[];
};

type Running = Existing & {
  /**
   * - `claiming`: the invoice is to be claimed
   * - `collecting`: legs are reserved, or taken one by one
   * - `committing`: every leg is certain, and all are taken
   * - `undoing`: every leg is given back
   * - `applying`: what was taken is set against the invoice
   */
  readonly status: 'claiming' | 'collecting' | 'committing' | 'applying';
};
type Undoing = Existing & { readonly status: 'undoing'; readonly refusal: CollectionRefusal };
type Succeeded = Existing & { readonly status: 'succeeded'; readonly settled: Money };
type Failed = Existing & { readonly status: 'failed'; readonly refusal: CollectionRefusal };

export type OpenCollection = Running | Undoing;
export type ExistingCollection = OpenCollection | Succeeded | Failed;
export type CollectionState = { readonly status: 'absent' } | ExistingCollection;

/** What legs have brought. */
export function settledOf({ legs, details }: Pick<ExistingCollection, 'legs' | 'details'>): Money {
  return legs
    .filter(({ status }) => status === 'settled')
    .reduce((total, { amount }) => add(total, amount), zero(details.amount.currency));
}

/** The one thing to do next; whoever finds a collection anywhere can go on with it from here. */
export type Step =
  | { readonly step: 'claim' | 'apply' | 'close' }
  | { readonly step: 'reserve' | 'take' | 'release'; readonly leg: LegState };

/** Null when the collection is over. */
export function nextStep(state: CollectionState): Step | null {
  switch (state.status) {
    case 'absent':
    case 'succeeded':
    case 'failed':
      return null;
    case 'claiming':
      return { step: 'claim' };
    case 'collecting':
      return stepOfCollecting(state);
    case 'committing': {
      const leg = state.legs.find(({ status }) => status === 'reserved');
      return leg === undefined ? { step: 'apply' } : { step: 'take', leg };
    }
    case 'undoing': {
      // The last leg that was tried is the first to be given back.
      const leg = state.legs.findLast(({ status }) => status !== 'released');
      return leg === undefined ? { step: 'close' } : { step: 'release', leg };
    }
    case 'applying':
      return { step: 'apply' };
  }
}

function stepOfCollecting(state: Running): Step {
  const accumulates = state.details.mode === 'accumulate';
  for (const leg of state.legs) {
    if (leg.status === 'failed') return { step: 'release', leg };
    if (leg.status === 'reserved' && accumulates) return { step: 'take', leg };
    if (leg.status === 'waiting') return { step: 'reserve', leg };
  }
  return { step: 'apply' };
}
