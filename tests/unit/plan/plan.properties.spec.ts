import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { planCodec } from '../../../src/application/plan/plan.codec.js';
import { plan } from '../../../src/domain/plan/plan.js';
import type { ExistingPlan, PlanState } from '../../../src/domain/plan/state.js';
import { discountedOf, outstanding, outstandingOf, settledOf } from '../../../src/domain/plan/state.js';
import { installments } from '../../../src/domain/plan/terms.js';
import { fold } from '../../../src/domain/shared/decider.js';
import { add, money, subtract, sum } from '../../../src/domain/shared/money.js';
import { schedule } from '../../../src/domain/shared/plan-schedule.js';
import { assertUntilMet } from '../../support/assert-until-met.js';
import { at } from '../../support/payment-examples.js';
import { planCommand, planStory, playPlan, terms, totalMinor } from '../../support/plan-arbitraries.js';
import { approvedOn, startPlan } from '../../support/plan-examples.js';

/** The long form is a command of its own: `npm run amendments`. */
const amendments = Number(process.env['AMENDMENTS'] ?? '1000');

function existing(state: PlanState): ExistingPlan {
  if (state.status === 'absent') throw new Error('the plan was not started');
  return state;
}

describe('a schedule', () => {
  it('has parts that sum to the total, above zero, on dates that rise, whatever the terms', () => {
    let scheduled = 0;
    fc.assert(
      fc.property(terms, totalMinor, (given, minor) => {
        const total = money(minor, 'USD');
        const made = schedule(given, total, approvedOn);
        if (made.outcome === 'refused') return;
        scheduled += 1;
        const amounts = made.parts.map(({ amount }) => amount);
        expect(sum('USD', amounts)).toEqual(total);
        expect(amounts.every(({ minor: part }) => part > 0n)).toBe(true);
        const dates = made.parts.flatMap(({ due }) => (due.kind === 'date' ? [due.on] : []));
        expect([...new Set(dates)].sort()).toEqual(dates);
      }),
      { numRuns: 400 },
    );
    // Most totals can be paid in most ways; the property would hold of nothing if none were.
    expect(scheduled).toBeGreaterThan(200);
  });

  it('of equal installments differs by one unit at most', () => {
    fc.assert(
      fc.property(totalMinor, fc.integer({ min: 1, max: 60 }), (minor, count) => {
        const made = schedule(installments(count), money(minor, 'USD'), approvedOn);
        if (made.outcome === 'refused') return;
        const sizes = made.parts.map(({ amount }) => amount.minor).sort((a, b) => (a < b ? -1 : 1));
        expect((sizes.at(-1) ?? 0n) - (sizes[0] ?? 0n)).toBeLessThanOrEqual(1n);
      }),
    );
  });
});

describe('whatever is asked of a plan, in whatever order', () => {
  it('its parts sum to its total after every fact, and none is paid beyond its amount', () => {
    const seen = new Set<string>();
    const missing = () => [...planCodec.storedTypes.keys()].filter((type) => !seen.has(type));
    assertUntilMet(
      fc.property(planStory, (commands) => {
        const { states, events } = playPlan(commands);
        for (const { type } of events) seen.add(type);
        for (const state of states) {
          if (state.status === 'absent') continue;
          const { currency } = state.total;
          const amounts = state.parts.map(({ amount }) => amount);
          expect(sum(currency, amounts)).toEqual(state.total);
          expect(
            state.parts.every((part) => part.settled.minor >= 0n && outstandingOf(part).minor >= 0n),
          ).toBe(true);
          expect(add(add(settledOf(state), discountedOf(state)), outstanding(state))).toEqual(state.total);
          // What is settled is what the applications that stand brought.
          const brought = state.settlements.map(({ amount, reversed }) => subtract(amount, reversed));
          expect(sum(currency, brought)).toEqual(settledOf(state));
        }
      }),
      { numRuns: 600 },
      () => missing().length === 0,
    );
    // A run that never meets a fact proves nothing of it.
    expect(missing()).toEqual([]);
  });

  it('a part has one open collection at most, and none begins on a part that is paid or not due', () => {
    fc.assert(
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
    fc.assert(
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
    fc.assert(
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
    fc.assert(
      fc.property(planStory, (commands) => {
        const { events } = playPlan(commands);
        const stored = JSON.parse(JSON.stringify(events.map((event) => planCodec.encode(event))));
        expect(fold(plan, stored.map(planCodec.decode))).toEqual(fold(plan, events));
      }),
      { numRuns: 200 },
    );
  });

  it('an append never has more facts than the store takes at once', () => {
    fc.assert(
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

describe('amendments', () => {
  it(`${amendments} of them, of random plans, conserve the total to the unit`, () => {
    let amended = 0;
    fc.assert(
      fc.property(
        terms,
        totalMinor,
        fc.array(fc.oneof(totalMinor, fc.bigInt(1n, 30_000n)), { minLength: 5, maxLength: 30 }),
        fc.bigInt(0n, 5_000n),
        (given, minor, totals, paid) => {
          const started = plan.decide(plan.initialState, startPlan(given, money(minor, 'USD')));
          if (started.outcome === 'rejected') return;
          let state = started.events.reduce<PlanState>(plan.evolve, plan.initialState);
          const settling = plan.decide(state, {
            type: 'SettleParts',
            at,
            applicationId: 'app_1',
            amount: money(paid, 'USD'),
            part: null,
            today: approvedOn,
          });
          if (settling.outcome === 'accepted') state = settling.events.reduce(plan.evolve, state);
          for (const total of totals) {
            const before = existing(state);
            const decision = plan.decide(state, {
              type: 'AmendTotal',
              at: before.startedAt,
              total: money(total, 'USD'),
              today: approvedOn,
            });
            if (decision.outcome === 'rejected') continue;
            state = decision.events.reduce(plan.evolve, state);
            const after = existing(state);
            amended += 1;
            const amounts = after.parts.map(({ amount }) => amount);
            expect(sum('USD', amounts)).toEqual(money(total, 'USD'));
            expect(settledOf(after)).toEqual(settledOf(before));
          }
        },
      ),
      { numRuns: Math.ceil(amendments / 4) },
    );
    expect(amended).toBeGreaterThanOrEqual(amendments);
  });
});
