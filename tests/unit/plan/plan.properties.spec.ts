import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { planCodec } from '../../../src/application/plan/plan.codec.js';
import { plan } from '../../../src/domain/plan/plan.js';
import type { PlanState } from '../../../src/domain/plan/state.js';
import { outstandingOf } from '../../../src/domain/plan/state.js';
import { fold } from '../../../src/domain/shared/decider.js';
import { conservationLaws, existing, scheduleLaws } from '../../laws/plan-laws.js';
import { holds } from '../../support/corpus.js';
import { holdLaws } from '../../support/law.js';
import { planCommand, planStory, playPlan } from '../../support/plan-arbitraries.js';

describe('a schedule', () => {
  holdLaws(scheduleLaws);
});

describe('whatever is asked of a plan, in whatever order', () => {
  it('a part has one open collection at most, and none begins on a part that is paid or not due', () => {
    holds(
      'plan-collections',
      fc.property(planStory, (commands) => {
        const { states, events } = playPlan(commands);
        for (const [index, event] of events.entries()) {
          if (event.type !== 'PlanPartCollectionStarted') continue;
          const part = existing(states[index] as PlanState).parts.find((known) => known.part === event.part);
          expect(part?.collection).toBe(null);
          expect(part?.step).not.toBe('scheduled');
          expect(part === undefined ? 0n : outstandingOf(part).minor).toBeGreaterThan(0n);
        }
      }),
      { numRuns: 250 },
    );
  });

  it('the order is released once at most, and settled money never moves to another part', () => {
    holds(
      'plan-released',
      fc.property(planStory, (commands) => {
        const { states, events } = playPlan(commands);
        expect(events.filter(({ type }) => type === 'PlanReleasedOrder').length).toBeLessThanOrEqual(1);
        for (const [index, event] of events.entries()) {
          if (event.type !== 'PlanReplanned') continue;
          const [before, after] = [states[index], states[index + 1]].map((state) =>
            existing(state as PlanState),
          );
          for (const part of before?.parts ?? []) {
            if (part.settled.minor === 0n) continue;
            expect(after?.parts.find((known) => known.part === part.part)?.settled).toEqual(part.settled);
          }
        }
      }),
      { numRuns: 250 },
    );
  });

  it('the same command twice leads to no new fact, or is refused', () => {
    holds(
      'plan-twice',
      fc.property(planStory, planCommand('USD'), (commands, command) => {
        const before = playPlan(commands).states.at(-1) ?? plan.initialState;
        const first = plan.decide(before, command);
        if (first.outcome === 'rejected') return;
        const second = plan.decide(first.events.reduce(plan.evolve, before), command);
        // To prepay or to arrange anew once more is another wish, and a second fee may be due as well.
        const isWish = ['PrepayParts', 'Replan', 'ChargeLateFee'].includes(command.type);
        if (second.outcome === 'rejected' || isWish) return;
        expect(second.events).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  it('the facts survive the store: encoded, written as JSON and decoded, they fold to the same state', () => {
    holds(
      'plan-stored',
      fc.property(planStory, (commands) => {
        const { events } = playPlan(commands);
        const stored = JSON.parse(JSON.stringify(events.map((event) => planCodec.encode(event))));
        expect(fold(plan, stored.map(planCodec.decode))).toEqual(fold(plan, events));
      }),
      { numRuns: 200 },
    );
  });

  it('an append never has more facts than the store takes at once', () => {
    holds(
      'plan-appends',
      fc.property(planStory, (commands) => {
        let state: PlanState = plan.initialState;
        for (const command of commands) {
          const decision = plan.decide(state, command);
          if (decision.outcome === 'rejected') continue;
          expect(decision.events.length).toBeLessThanOrEqual(64);
          state = decision.events.reduce(plan.evolve, state);
        }
      }),
      { numRuns: 250 },
    );
  });
});

describe('the total of a plan', () => {
  holdLaws(conservationLaws);
});
