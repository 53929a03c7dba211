import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { planAgendaOf, planTimers } from '../../../src/application/plan/plan-agenda.js';
import type { PlanEvent } from '../../../src/domain/plan/events.js';
import { isOpen } from '../../../src/domain/plan/state.js';
import { deposit, installments } from '../../../src/domain/plan/terms.js';
import { holds } from '../../support/corpus.js';
import { usd } from '../../support/payment-examples.js';
import { planStory, playPlan } from '../../support/plan-arbitraries.js';
import { date, percent, settle, startPlan } from '../../support/plan-examples.js';

/** What stands on the agenda after these facts: `<kind> <item>` and when. */
function agendaAfter(events: readonly PlanEvent[]): ReadonlyMap<string, string> {
  const agenda = new Map<string, string>();
  for (const entry of events.flatMap(planAgendaOf)) {
    const name = `${entry.kind} ${entry.item}`;
    if (entry.entry === 'kept') agenda.delete(name);
    else agenda.set(name, entry.dueAt);
  }
  return agenda;
}

describe("the agenda of a plan's facts", () => {
  it('waits for each date from the moment it begins in the zone of the plan', () => {
    const terms = installments(2, date('2027-03-28'), { noticeDays: 3 });
    const { events } = playPlan([startPlan(terms, usd(100))]);
    expect([...agendaAfter(events)]).toEqual([
      // Clocks in Paris go forward on the first day, an hour after it began.
      ['plan.part_due 1', '2027-03-27T23:00:00.000Z'],
      ['plan.part_notice 1', '2027-03-24T23:00:00.000Z'],
      ['plan.part_due 2', '2027-04-27T22:00:00.000Z'],
      ['plan.part_notice 2', '2027-04-24T22:00:00.000Z'],
    ]);
  });

  it('waits for no date where a milestone is waited for, and for nothing of what is paid', () => {
    const terms = deposit(
      { kind: 'percentage', percentage: percent('50') },
      { kind: 'milestone', name: 'delivery' },
    );
    expect([...agendaAfter(playPlan([startPlan(terms, usd(100))]).events).keys()]).toEqual([
      'plan.part_due 1',
    ]);
    expect([...agendaAfter(playPlan([startPlan(terms, usd(100)), settle('app_1', 50)]).events)]).toEqual([]);
  });

  it('has, whatever happened, a timer for all that is waited for and none for what is over', () => {
    holds(
      'plan-agenda',
      fc.property(planStory, (commands) => {
        const { states, events } = playPlan([...commands]);
        const state = states.at(-1);
        if (state === undefined || state.status === 'absent') return;
        const agenda = agendaAfter(events);
        const isOver = state.status === 'completed' || state.status === 'canceled';
        const expected = new Set<string>();
        for (const part of isOver ? [] : state.parts.filter(isOpen)) {
          if (part.step === 'scheduled' && part.due.kind === 'date')
            expected.add(`${planTimers.due} ${part.part}`);
          if (part.step === 'due' && part.missedOn !== null)
            expected.add(`${planTimers.missed} ${part.part}`);
        }
        const optional = new Set([planTimers.notice, planTimers.lateFee] as readonly string[]);
        const waiting = [...agenda.keys()].filter((name) => !optional.has(name.split(' ')[0] ?? ''));
        expect(new Set(waiting)).toEqual(expected);
        const open = new Set(isOver ? [] : state.parts.filter(isOpen).map(({ part }) => String(part)));
        expect([...agenda.keys()].filter((name) => !open.has(name.split(' ')[1] ?? ''))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});
