import { impossible } from '../shared/corrupt-stream.js';
import type { CollectionEvent, CollectionRefusal } from './events.js';
import type { CollectionState, ExistingCollection, LegState, OpenCollection } from './state.js';

/** Folds one fact into the state; an impossible pair stops the fold with `CorruptStream`. */
export function evolve(state: CollectionState, event: CollectionEvent): CollectionState {
  const after = evolved(state, event);
  return after.status === 'absent' ? after : { ...after, changedAt: event.at };
}

function evolved(state: CollectionState, event: CollectionEvent): CollectionState {
  if (event.type === 'CollectionStarted') {
    if (state.status !== 'absent') return impossible(state.status, event.type);
    const { type: _type, at, ...details } = event;
    const legs = details.legs.map((leg): LegState => ({ ...leg, status: 'waiting', refusal: null }));
    return { status: 'claiming', details, createdAt: at, changedAt: at, legs };
  }
  if (state.status === 'absent' || state.status === 'succeeded' || state.status === 'failed') {
    return impossible(state.status, event.type);
  }
  switch (event.type) {
    case 'CollectionClaimGranted':
      if (state.status !== 'claiming') return impossible(state.status, event.type);
      return { ...state, status: 'collecting' };
    case 'CollectionClaimRefused':
      if (state.status !== 'claiming') return impossible(state.status, event.type);
      return { ...existing(state), status: 'failed', refusal: refusalOf(event) };
    case 'CollectionLegReserved':
      return afterLeg(state, event.leg, { status: 'reserved' });
    case 'CollectionLegSettled':
      return afterLeg(state, event.leg, { status: 'settled' });
    case 'CollectionLegReleased':
      return afterLeg(state, event.leg, { status: 'released' });
    case 'CollectionLegFailed': {
      const refusal = refusalOf(event);
      const after = afterLeg(state, event.leg, { status: 'failed', refusal });
      return after.details.mode === 'accumulate' ? after : undoing(after, refusal);
    }
    case 'CollectionAbandoned':
      return abandoned(state, refusalOf(event));
    case 'CollectionSucceeded':
      if (state.status !== 'applying') return impossible(state.status, event.type);
      return { ...existing(state), status: 'succeeded', settled: event.settled };
    case 'CollectionFailed':
      if (state.status !== 'undoing') return impossible(state.status, event.type);
      return { ...existing(state), status: 'failed', refusal: refusalOf(event) };
  }
}

function afterLeg(
  state: OpenCollection,
  number: number,
  change: Partial<Pick<LegState, 'status' | 'refusal'>>,
): OpenCollection {
  if (state.status === 'claiming' || state.status === 'applying') {
    return impossible(state.status, `leg ${number} ${change.status}`);
  }
  const legs = state.legs.map((leg) => (leg.leg === number ? { ...leg, ...change } : leg));
  if (state.status === 'undoing') return { ...state, legs };
  const after = { ...state, legs };
  const every = (...statuses: readonly LegState['status'][]): boolean =>
    legs.every(({ status }) => statuses.includes(status));
  if (after.details.mode === 'all_or_nothing') {
    if (every('settled')) return { ...after, status: 'applying' };
    return every('reserved', 'settled') ? { ...after, status: 'committing' } : after;
  }
  if (!every('settled', 'released')) return after;
  const first = legs.find(({ refusal }) => refusal !== null)?.refusal;
  if (legs.some(({ status }) => status === 'settled') || first === undefined || first === null) {
    return { ...after, status: 'applying' };
  }
  return undoing(after, first);
}

function abandoned(state: OpenCollection, refusal: CollectionRefusal): CollectionState {
  if (state.status !== 'claiming' && state.status !== 'collecting') {
    return impossible(state.status, 'CollectionAbandoned');
  }
  const keepsWhatItHas =
    state.details.mode === 'accumulate' && state.legs.some(({ status }) => status === 'settled');
  if (!keepsWhatItHas) return undoing(state, refusal);
  const legs = state.legs.map((leg) =>
    leg.status === 'waiting' || leg.status === 'reserved'
      ? { ...leg, status: 'failed' as const, refusal }
      : leg,
  );
  return { ...state, legs };
}

function undoing(state: OpenCollection, refusal: CollectionRefusal): OpenCollection {
  return { ...existing(state), status: 'undoing', refusal };
}

function existing({
  details,
  createdAt,
  changedAt,
  legs,
}: ExistingCollection): Pick<ExistingCollection, 'details' | 'createdAt' | 'changedAt' | 'legs'> {
  return { details, createdAt, changedAt, legs };
}

function refusalOf({ code, message }: CollectionRefusal): CollectionRefusal {
  return { code, message };
}
