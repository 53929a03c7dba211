import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { collectionCodec } from '../../../src/application/collection/collection.codec.js';
import type { CollectionCommand, LegOutcome } from '../../../src/domain/collection/collection.js';
import { collection } from '../../../src/domain/collection/collection.js';
import type { CollectionEvent, CollectionMode, Leg } from '../../../src/domain/collection/events.js';
import type { CollectionState } from '../../../src/domain/collection/state.js';
import { nextStep, settledOf } from '../../../src/domain/collection/state.js';
import { fold } from '../../../src/domain/shared/decider.js';
import { sum } from '../../../src/domain/shared/money.js';
import {
  cardLeg,
  chequeLeg,
  close,
  creditLeg,
  declined,
  details,
  recordLeg,
} from '../../support/collection-examples.js';
import { holds } from '../../support/corpus.js';
import { at } from '../../support/payment-examples.js';

const mode = fc.constantFrom<CollectionMode>('all_or_nothing', 'accumulate');
const legs = fc
  .array(fc.tuple(fc.constantFrom(creditLeg, cardLeg, chequeLeg), fc.integer({ min: 1, max: 10_000 })), {
    minLength: 1,
    maxLength: 5,
  })
  .map((parts): readonly Leg[] => parts.map(([make, minor], index) => make(index + 1, minor)));

/** What the world answers at each step: how a leg goes, and whether somebody gives the whole up meanwhile. */
const answers = fc.array(
  fc.record({ goesWell: fc.boolean(), atOnce: fc.boolean(), givenUp: fc.integer({ min: 0, max: 9 }) }),
  { minLength: 60, maxLength: 60 },
);

const refusal = { code: 'collection_expired', message: 'Its time ran out.' };

function commandFor(
  state: CollectionState,
  answer: { readonly goesWell: boolean; readonly atOnce: boolean },
): CollectionCommand | null {
  const next = nextStep(state);
  if (next === null) return null;
  const outcome = (told: LegOutcome): CollectionCommand => recordLeg('leg' in next ? next.leg.leg : 0, told);
  switch (next.step) {
    case 'claim':
      return { type: 'RecordClaim', at, refusal: answer.goesWell || answer.atOnce ? null : refusal };
    case 'apply':
    case 'close':
      return close;
    case 'reserve':
      if (!answer.goesWell) return outcome({ outcome: 'failed', ...declined });
      return outcome({ outcome: answer.atOnce ? 'settled' : 'reserved' });
    case 'take':
      return outcome(answer.goesWell ? { outcome: 'settled' } : { outcome: 'failed', ...declined });
    case 'release':
      return outcome({ outcome: 'released' });
  }
}

/** Drives a collection to its end, deciding every command twice: the second must be nothing new. */
function play(
  wanted: ReturnType<typeof details>,
  world: readonly { readonly goesWell: boolean; readonly atOnce: boolean; readonly givenUp: number }[],
): { readonly events: readonly CollectionEvent[]; readonly state: CollectionState } {
  const events: CollectionEvent[] = [];
  let state: CollectionState = collection.initialState;
  const tell = (command: CollectionCommand): void => {
    const decision = collection.decide(state, command);
    if (decision.outcome === 'rejected') {
      expect(decision.rejection.code).toBe('collection_not_abandonable');
      return;
    }
    for (const event of decision.events) state = collection.evolve(state, event);
    events.push(...decision.events);
    const again = collection.decide(state, command);
    expect(again.outcome === 'rejected' || again.events.length === 0).toBe(true);
  };
  tell({ type: 'StartCollection', at, details: wanted });
  for (const answer of world) {
    if (answer.givenUp === 0) tell({ type: 'AbandonCollection', at, refusal });
    const command = commandFor(state, answer);
    if (command === null) break;
    tell(command);
  }
  return { events, state };
}

describe('a collection, whatever the world answers', () => {
  it('ends, and has either taken a leg or given it back', () => {
    holds(
      'collection-ends',
      fc.property(mode, legs, answers, (chosen, parts, world) => {
        const wanted = details(chosen, ...parts);
        const { state } = play(wanted, world);
        if (state.status !== 'succeeded' && state.status !== 'failed')
          throw new Error(`left ${state.status}`);
        const taken = state.legs.filter(({ status }) => status === 'settled');
        expect(settledOf(state)).toEqual(
          sum(
            wanted.amount.currency,
            taken.map(({ amount }) => amount),
          ),
        );
        if (state.status === 'succeeded') {
          expect(state.settled).toEqual(settledOf(state));
          expect(taken.length).toBeGreaterThan(0);
          const others = state.legs.filter(({ status }) => status !== 'settled');
          expect(others.every(({ status }) => status === 'released')).toBe(true);
          if (chosen === 'all_or_nothing') expect(state.settled).toEqual(wanted.amount);
        } else {
          expect(taken).toEqual([]);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('folds the same from what is stored', () => {
    holds(
      'collection-stored',
      fc.property(mode, legs, answers, (chosen, parts, world) => {
        const { events, state } = play(details(chosen, ...parts), world);
        const stored = events.map((event) => {
          const { type, data } = collectionCodec.encode(event);
          return collectionCodec.decode({ type, data: JSON.parse(JSON.stringify(data)) });
        });
        expect(fold(collection, stored)).toEqual(state);
      }),
    );
  });
});
