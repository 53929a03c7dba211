import { impossible } from '../shared/corrupt-stream.js';
import type { Decider, Decision } from '../shared/decider.js';
import { accepted, nothingToDo, rejected } from '../shared/decider.js';
import type { Instant } from '../shared/instant.js';
import { millisBetween } from '../shared/instant.js';

/** What is counted, and of whom. */
export const limitKinds = [
  'requests_of_key',
  'requests_from_address',
  'bad_keys_from_address',
  'bad_signatures_from_address',
  'declines_of_customer',
  'declines_from_address',
] as const;
export type LimitKind = (typeof limitKinds)[number];

/**
 * `subject` is the id of the API key or customer that is limited. It is null for an address: that is personal, and stands
 * in the id of the limit only, as a digest.
 */
type Limited = { readonly kind: LimitKind; readonly subject: string | null };

export type LimitState =
  | { readonly status: 'absent' }
  | (Limited & {
      readonly status: 'penalized';
      /** Counts up with each penalty, and down with each quiet hour after one. */
      readonly strikes: number;
      readonly since: Instant;
      readonly penaltySeconds: number;
    })
  | (Limited & { readonly status: 'pardoned'; readonly pardonedAt: Instant });

export type LimitCommand = { readonly at: Instant } & (
  | ({ readonly type: 'ImposePenalty' } & Limited)
  | { readonly type: 'PardonPenalty' }
);

/** Facts of one limit that somebody went too far beyond. `at` is when the fact was decided here. */
export type LimitEvent = { readonly at: Instant } & (
  | ({ readonly type: 'PenaltyImposed'; readonly strike: number; readonly penaltySeconds: number } & Limited)
  | { readonly type: 'PenaltyPardoned' }
);

export type LimitRejection = { readonly code: 'limit_not_found' };

/** The penalties of one limit: each is twice as long as the last, unless it has been quiet in between. */
export const limit: Decider<LimitState, LimitCommand, LimitEvent, LimitRejection> = {
  initialState: { status: 'absent' },
  decide,
  evolve,
};

const firstPenaltySeconds = 60;
const longestPenaltySeconds = 24 * 3600;
/** Whoever mistypes a key must not be kept out for a day. */
const longestForBadKeysSeconds = 30 * 60;
const quietHourMs = 3_600_000;

/** How long the penalty of a strike lasts; strikes are counted from 1. */
export function penaltySecondsOf(kind: LimitKind, strike: number): number {
  const longest = kind === 'bad_keys_from_address' ? longestForBadKeysSeconds : longestPenaltySeconds;
  return Math.min(firstPenaltySeconds * 2 ** (strike - 1), longest);
}

type LimitDecision = Decision<LimitEvent, LimitRejection>;
type CommandOf<T extends LimitCommand['type']> = Extract<LimitCommand, { readonly type: T }>;

function decide(state: LimitState, command: LimitCommand): LimitDecision {
  switch (command.type) {
    case 'ImposePenalty':
      return impose(state, command);
    case 'PardonPenalty':
      return pardon(state, command);
  }
}

function impose(state: LimitState, { at, kind, subject }: CommandOf<'ImposePenalty'>): LimitDecision {
  if (isInForce(state, at)) return nothingToDo;
  const strike = strikesLeft(state, at) + 1;
  const penaltySeconds = penaltySecondsOf(kind, strike);
  return accepted({ type: 'PenaltyImposed', at, kind, subject, strike, penaltySeconds });
}

function pardon(state: LimitState, { at }: CommandOf<'PardonPenalty'>): LimitDecision {
  switch (state.status) {
    case 'absent':
      return rejected({ code: 'limit_not_found' });
    case 'pardoned':
      return nothingToDo;
    case 'penalized':
      return accepted({ type: 'PenaltyPardoned', at });
  }
}

function isInForce(state: LimitState, at: Instant): boolean {
  return state.status === 'penalized' && quietMs(state, at) < 0;
}

/** One strike is forgotten for each whole hour since the last penalty was over. */
function strikesLeft(state: LimitState, at: Instant): number {
  if (state.status !== 'penalized') return 0;
  const quietHours = Math.floor(Math.max(quietMs(state, at), 0) / quietHourMs);
  return Math.max(state.strikes - quietHours, 0);
}

/** Since the penalty was over; negative while it is in force. */
function quietMs(state: Extract<LimitState, { status: 'penalized' }>, at: Instant): number {
  return millisBetween(state.since, at) - state.penaltySeconds * 1000;
}

function evolve(state: LimitState, event: LimitEvent): LimitState {
  switch (event.type) {
    case 'PenaltyImposed': {
      const { at: since, kind, subject, strike: strikes, penaltySeconds } = event;
      return { status: 'penalized', kind, subject, strikes, since, penaltySeconds };
    }
    case 'PenaltyPardoned': {
      if (state.status !== 'penalized') return impossible(state.status, event.type);
      const { kind, subject } = state;
      return { status: 'pardoned', kind, subject, pardonedAt: event.at };
    }
  }
}
