import { describe, expect, it } from '@jest/globals';
import { planAgendaOf } from '../../../src/application/plan/plan-agenda.js';
import type { PlanCommand } from '../../../src/domain/plan/commands.js';
import { plan } from '../../../src/domain/plan/plan.js';
import { earlyDiscount } from '../../../src/domain/plan/state.js';
import { installments, netTerms } from '../../../src/domain/plan/terms.js';
import { given } from '../../support/decider-specification.js';
import { at, usd } from '../../support/payment-examples.js';
import { playPlan } from '../../support/plan-arbitraries.js';
import { date, percent, settle, startPlan } from '../../support/plan-examples.js';

const pause = (on: string): PlanCommand => ({ type: 'PausePlan', at, today: date(on) });
const resume = (on: string): PlanCommand => ({ type: 'ResumePlan', at, today: date(on) });
const falls = (part: number, on: string): PlanCommand => ({ type: 'MarkPartDue', at, part, today: date(on) });
const misses = (part: number, on: string): PlanCommand => ({
  ...{ type: 'MarkPartMissed', at, part },
  today: date(on),
});
const fee = { fee: { kind: 'fixed', amount: usd(500) }, timesMax: 3 } as const;
/** 30.00 on the first of December, January and February; three days of grace. */
const monthly = startPlan(installments(3, date('2026-12-01'), { graceDays: 3, lateFee: fee }), usd(3_000));
const history = (...commands: readonly PlanCommand[]) => playPlan(commands).events;
const datesOf = (...commands: readonly PlanCommand[]) => {
  const state = playPlan(commands).states.at(-1);
  if (state === undefined || state.status === 'absent') throw new TypeError('no plan');
  return state.parts.map(({ due, missedOn }) => [due.kind === 'date' ? due.on : null, missedOn]);
};

describe('a plan whose invoice is disputed', () => {
  it('lets nothing fall due, be missed or cost a fee while it stands still', () => {
    const paused = history(monthly, falls(1, '2026-12-01'), pause('2026-12-03'));
    given(plan, paused).when(misses(1, '2026-12-30')).thenRejected({ code: 'plan_paused' });
    given(plan, paused).when(falls(2, '2027-01-01')).thenRejected({ code: 'plan_paused' });
    const late = history(monthly, falls(1, '2026-12-01'), misses(1, '2026-12-05'), pause('2026-12-06'));
    given(plan, late)
      .when({ type: 'ChargeLateFee', at, part: 1, today: date('2027-01-05') })
      .thenRejected({ code: 'plan_paused' });
    given(plan, paused)
      .when({ type: 'Replan', at, parts: installments(2).parts, today: date('2026-12-04') })
      .thenRejected({ code: 'plan_paused' });
  });

  it('goes on with every date that had not come so many days later, and asks for the same', () => {
    const paused = [monthly, falls(1, '2026-12-01'), pause('2026-12-03'), resume('2026-12-17')];
    expect(datesOf(...paused)).toEqual([
      ['2026-12-01', '2026-12-19'],
      ['2027-01-15', null],
      ['2027-02-15', null],
    ]);
    given(plan, history(...paused))
      .when(misses(1, '2026-12-18'))
      .thenRejected({ code: 'plan_part_not_due' });
    given(plan, history(...paused))
      .when(falls(2, '2027-01-14'))
      .thenRejected({ code: 'plan_part_not_due' });
    expect(history(...paused, misses(1, '2026-12-19')).at(-2)).toMatchObject({
      type: 'PlanPartMissed',
      part: 1,
    });
  });

  it('moves the next late fee as well, and leaves alone what is paid', () => {
    const late = [
      monthly,
      falls(1, '2026-12-01'),
      misses(1, '2026-12-05'),
      settle('app_1', 1_000, date('2026-12-06'), 2),
    ];
    const resumed = history(...late, pause('2026-12-10'), resume('2026-12-20')).at(-1);
    expect(resumed).toMatchObject({
      ...{ type: 'PlanResumed', days: 10 },
      moved: [
        { part: 1, step: 'late_fee', on: '2027-01-15', missedOn: '2026-12-15' },
        { part: 3, step: 'due', on: '2027-02-11', missedOn: null },
      ],
    });
  });

  it('promises its timers anew', () => {
    const [resumed] = history(
      monthly,
      falls(1, '2026-12-01'),
      pause('2026-12-03'),
      resume('2026-12-17'),
    ).slice(-1);
    const entries = resumed === undefined ? [] : planAgendaOf(resumed);
    expect(entries).toEqual([
      { entry: 'promised', kind: 'plan.part_missed', item: '1', dueAt: '2026-12-18T23:00:00.000Z' },
      { entry: 'promised', kind: 'plan.part_due', item: '2', dueAt: '2027-01-14T23:00:00.000Z' },
      { entry: 'promised', kind: 'plan.part_due', item: '3', dueAt: '2027-02-14T23:00:00.000Z' },
    ]);
  });

  it('keeps its dates one after another on business days', () => {
    const terms = {
      ...installments(2, null, { businessDays: true }),
      parts: [
        { ...installments(1).parts[0], due: { kind: 'date', on: date('2026-12-03') } },
        { ...installments(1).parts[0], due: { kind: 'date', on: date('2026-12-04') } },
      ],
    } as never;
    // The 5th and the 6th are a weekend.
    expect(datesOf(startPlan(terms, usd(200)), pause('2026-12-01'), resume('2026-12-03'))).toEqual([
      ['2026-12-07', null],
      ['2026-12-08', null],
    ]);
  });

  it('counts the days of a pause into those of a discount for paying early', () => {
    const terms = netTerms(30, false, { earlyDiscount: { percentage: percent('2'), days: 10 } });
    const state = playPlan([
      startPlan(terms, usd(10_000)),
      pause('2026-12-01'),
      resume('2026-12-08'),
    ]).states.at(-1);
    if (state === undefined || state.status === 'absent') throw new TypeError('no plan');
    expect(earlyDiscount(state)?.until).toBe('2026-12-17');
  });

  it('stands still and goes on once, and not at all when it is over', () => {
    given(plan, history(monthly, pause('2026-12-03')))
      .when(pause('2026-12-04'))
      .thenNothing();
    given(plan, history(monthly)).when(resume('2026-12-04')).thenNothing();
    const over = history(monthly, settle('app_1', 3_000));
    given(plan, over).when(pause('2026-12-04')).thenRejected({ code: 'plan_not_open', status: 'completed' });
    given(plan, []).when(pause('2026-12-04')).thenRejected({ code: 'plan_not_found' });
  });
});
