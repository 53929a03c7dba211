import { expect } from '@jest/globals';
import fc from 'fast-check';
import { planCodec } from '../../src/application/plan/plan.codec.js';
import { plan } from '../../src/domain/plan/plan.js';
import type { ExistingPlan, PlanState } from '../../src/domain/plan/state.js';
import { discountedOf, outstanding, outstandingOf, settledOf } from '../../src/domain/plan/state.js';
import { installments } from '../../src/domain/plan/terms.js';
import { add, money, subtract, sum } from '../../src/domain/shared/money.js';
import { schedule } from '../../src/domain/shared/plan-schedule.js';
import { stepOf } from '../../src/domain/shared/plan-terms.js';
import { assertUntilMet } from '../support/assert-until-met.js';
import { holds } from '../support/corpus.js';
import type { Law } from '../support/law.js';
import { at } from '../support/payment-examples.js';
import { currency, inSteps, planStory, playPlan, terms, totalMinor } from '../support/plan-arbitraries.js';
import { approvedOn, startPlan } from '../support/plan-examples.js';

/** The long form is a command of its own: `npm run amendments`. */
const amendments = Number(process.env['AMENDMENTS'] ?? '1000');

export function existing(state: PlanState): ExistingPlan {
  if (state.status === 'absent') throw new Error('the plan was not started');
  return state;
}

export const scheduleLaws: readonly Law[] = [
  {
    sentence: 'has parts that sum to the total, above zero, on dates that rise, whatever the terms',
    runs: 400,
    check: () => {
      let scheduled = 0;
      holds(
        'plan-schedule',
        fc.property(terms, totalMinor, currency, (given, minor, code) => {
          const total = money(minor, code);
          const made = schedule(given, total, approvedOn);
          if (made.outcome === 'refused') return;
          scheduled += 1;
          const amounts = made.parts.map(({ amount }) => amount);
          expect(sum(code, amounts)).toEqual(total);
          expect(amounts.every(({ minor: part }) => part > 0n)).toBe(true);
          const dates = made.parts.flatMap(({ due }) => (due.kind === 'date' ? [due.on] : []));
          expect([...new Set(dates)].sort()).toEqual(dates);
        }),
        { numRuns: 400 },
      );
      // Most totals can be paid in most ways; the property would hold of nothing if none were.
      expect(scheduled).toBeGreaterThan(200);
    },
  },
  {
    sentence: 'of equal installments differs by one unit at most',
    runs: 100,
    check: () => {
      holds(
        'plan-even',
        fc.property(totalMinor, fc.integer({ min: 1, max: 60 }), currency, (minor, count, code) => {
          const made = schedule(installments(count), money(minor, code), approvedOn);
          if (made.outcome === 'refused') return;
          const sizes = made.parts.map(({ amount }) => amount.minor).sort((a, b) => (a < b ? -1 : 1));
          expect((sizes.at(-1) ?? 0n) - (sizes[0] ?? 0n)).toBeLessThanOrEqual(1n);
        }),
      );
    },
  },
];

export const conservationLaws: readonly Law[] = [
  {
    sentence: 'the parts of a plan sum to its total after every fact, and none is paid beyond its amount',
    runs: 600,
    check: () => {
      const seen = new Set<string>();
      const missing = () => [...planCodec.storedTypes.keys()].filter((type) => !seen.has(type));
      assertUntilMet(
        'plan-conserves',
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
    },
  },
  {
    sentence: `${amendments} amendments of random plans conserve the total to the unit`,
    runs: Math.ceil(amendments / 4),
    check: () => {
      let amended = 0;
      holds(
        'plan-amended',
        fc.property(
          terms,
          totalMinor,
          fc.array(fc.oneof(totalMinor, fc.bigInt(1n, 30_000n)), { minLength: 5, maxLength: 30 }),
          fc.bigInt(0n, 5_000n),
          currency,
          (given, minor, totals, paid, code) => {
            const agreed = code === 'KWD' ? inSteps(given) : given;
            const started = plan.decide(plan.initialState, startPlan(agreed, money(minor, code)));
            if (started.outcome === 'rejected') return;
            let state = started.events.reduce<PlanState>(plan.evolve, plan.initialState);
            const settling = plan.decide(state, {
              type: 'SettleParts',
              at,
              applicationId: 'app_1',
              amount: money(paid, code),
              part: null,
              today: approvedOn,
            });
            if (settling.outcome === 'accepted') state = settling.events.reduce(plan.evolve, state);
            for (const total of totals) {
              const before = existing(state);
              const decision = plan.decide(state, {
                type: 'AmendTotal',
                at: before.startedAt,
                total: money(total, code),
                today: approvedOn,
              });
              // A total amended to what it is spreads nothing: what was paid may have left several parts uneven.
              if (decision.outcome === 'rejected' || decision.events.length === 0) continue;
              state = decision.events.reduce(plan.evolve, state);
              const after = existing(state);
              amended += 1;
              const amounts = after.parts.map(({ amount }) => amount);
              expect(sum(code, amounts)).toEqual(money(total, code));
              expect(settledOf(after)).toEqual(settledOf(before));
              const balance = after.parts.slice(1).map((part) => outstandingOf(part).minor);
              const uneven = balance.filter((left) => left % stepOf(agreed) !== 0n);
              expect(uneven.length).toBeLessThanOrEqual(1);
            }
          },
        ),
        { numRuns: Math.ceil(amendments / 4) },
      );
      expect(amended).toBeGreaterThanOrEqual(amendments);
    },
  },
];
