import { describe, expect, it } from '@jest/globals';
import type { PlanCommand } from '../../../src/domain/plan/commands.js';
import type { PlanEvent } from '../../../src/domain/plan/events.js';
import { plan } from '../../../src/domain/plan/plan.js';
import { deposit, installments, manual, netTerms, standard } from '../../../src/domain/plan/terms.js';
import type { Money } from '../../../src/domain/shared/money.js';
import { money } from '../../../src/domain/shared/money.js';
import { schedule } from '../../../src/domain/shared/plan-schedule.js';
import type { PlanTerms } from '../../../src/domain/shared/plan-terms.js';
import { given } from '../../support/decider-specification.js';
import { at, usd } from '../../support/payment-examples.js';
import { playPlan } from '../../support/plan-arbitraries.js';
import { approvedOn, collectionId, date, percent, settle, startPlan } from '../../support/plan-examples.js';

/** What a plan has recorded after these commands, all of which must be accepted. */
function history(terms: PlanTerms, total: Money, ...commands: readonly PlanCommand[]): readonly PlanEvent[] {
  const all = [startPlan(terms, total), ...commands];
  let state = plan.initialState;
  for (const command of all) {
    const decision = plan.decide(state, command);
    if (decision.outcome === 'rejected') throw new Error(`${command.type}: ${decision.rejection.code}`);
    state = decision.events.reduce(plan.evolve, state);
  }
  return playPlan(all).events;
}

/** Amounts and dates of the parts, as a person would write them down. */
function written(terms: PlanTerms, total: Money, on = approvedOn): readonly string[] {
  const made = schedule(terms, total, on);
  if (made.outcome === 'refused') return [made.refusal.code];
  return made.parts.map(
    ({ amount, due, collect }) => `${amount.minor} ${due.kind === 'date' ? due.on : due.name} ${collect}`,
  );
}

const due = (part: number, today: string): PlanCommand => ({
  type: 'MarkPartDue',
  at,
  part,
  today: date(today),
});
const missed = (part: number, today: string): PlanCommand => ({
  type: 'MarkPartMissed',
  at,
  part,
  today: date(today),
});
const amend = (total: number): PlanCommand => ({
  type: 'AmendTotal',
  at,
  total: usd(total),
  today: approvedOn,
});
const half = { kind: 'percentage', percentage: percent('50') } as const;

describe('the five payment timings are expressions of one type', () => {
  it.each([
    ['standard', standard(), ['10001 2026-11-30 automatic']],
    [
      'a deposit of a percentage, whose rounding goes to the balance',
      deposit(half, { kind: 'milestone', name: 'delivery' }),
      ['5001 2026-11-30 automatic', '5000 delivery automatic'],
    ],
    [
      'a fixed deposit, and the balance by a date',
      deposit({ kind: 'fixed', amount: usd(2_500) }, { kind: 'date', on: date('2027-01-15') }),
      ['2500 2026-11-30 automatic', '7501 2027-01-15 automatic'],
    ],
    ['net 30', netTerms(30, false), ['10001 2026-12-30 manual']],
    ['net 30, end of month', netTerms(30, true), ['10001 2026-12-31 manual']],
    [
      'net 60, rolled to a business day',
      netTerms(60, false, { businessDays: true }),
      ['10001 2027-01-29 manual'],
    ],
    [
      'installments from the last day of a month, which do not drift',
      installments(4, date('2026-12-31')),
      [
        '2501 2026-12-31 automatic',
        '2500 2027-01-31 automatic',
        '2500 2027-02-28 automatic',
        '2500 2027-03-31 automatic',
      ],
    ],
    ['manual', manual({ kind: 'days_after', days: 14 }), ['10001 2026-12-14 manual']],
  ])('%s', (_name, terms, parts) => expect(written(terms, usd(10_001))).toEqual(parts));

  it('and so is what is composed of them: a deposit, then installments, the last at a milestone', () => {
    const composed: PlanTerms = {
      ...installments(1),
      parts: [
        ...deposit(
          { kind: 'percentage', percentage: percent('33.3333') },
          { kind: 'at_approval' },
        ).parts.slice(0, 1),
        ...installments(3).parts.slice(1),
        ...manual({ kind: 'milestone', name: 'handover' }).parts,
      ],
    };
    expect(written(composed, usd(10_001))).toEqual([
      '3334 2026-11-30 automatic',
      '2223 2026-12-30 automatic',
      '2222 2027-01-30 automatic',
      '2222 handover manual',
    ]);
  });

  it.each([
    ['no part', { ...standard(), parts: [] }, 'plan_parts_out_of_range'],
    ['1,000 parts', installments(1_000), 'plan_parts_out_of_range'],
    [
      'a percentage above 100',
      deposit({ kind: 'percentage', percentage: percent('100.01') }, { kind: 'at_approval' }),
      'plan_percentage_out_of_range',
    ],
    [
      'a percentage of 0',
      deposit({ kind: 'percentage', percentage: percent('0') }, { kind: 'at_approval' }),
      'plan_percentage_out_of_range',
    ],
    [
      'percentages that come to 99',
      {
        ...standard(),
        parts: ['50', '49'].map((share, days) => ({
          amount: { kind: 'percentage', percentage: percent(share) } as const,
          due: { kind: 'days_after', days } as const,
          collect: 'manual' as const,
        })),
      },
      'plan_parts_do_not_sum',
    ],
    [
      'fixed amounts above the total',
      deposit({ kind: 'fixed', amount: usd(10_002) }, { kind: 'days_after', days: 9 }),
      'plan_parts_do_not_sum',
    ],
    [
      'a deposit that leaves nothing',
      deposit({ kind: 'fixed', amount: usd(10_001) }, { kind: 'days_after', days: 9 }),
      'plan_part_not_positive',
    ],
    [
      'a fixed amount in another currency',
      deposit({ kind: 'fixed', amount: money(1n, 'EUR') }, { kind: 'days_after', days: 9 }),
      'currency_mismatch',
    ],
    ['a date in the past', manual({ kind: 'date', on: date('2026-11-29') }), 'plan_date_in_the_past'],
    [
      'a date in a hundred years',
      manual({ kind: 'date', on: date('2126-11-29') }),
      'plan_terms_out_of_range',
    ],
    ['an anchor at the end of the calendar', installments(12, date('9999-12-31')), 'plan_terms_out_of_range'],
    ['two parts on one day', deposit(half, { kind: 'at_approval' }), 'plan_dates_not_increasing'],
    [
      'days that a weekend makes one',
      deposit(half, { kind: 'days_after', days: 1 }, { businessDays: true }),
      'plan_dates_not_increasing',
    ],
    ['minus one day', netTerms(-1, false), 'plan_terms_out_of_range'],
    ['half a day of grace', standard({ graceDays: 0.5 }), 'plan_terms_out_of_range'],
    [
      'a late fee of 101 %',
      standard({ lateFee: { fee: { kind: 'percentage', percentage: percent('101') }, timesMax: 1 } }),
      'plan_percentage_out_of_range',
    ],
    [
      'a late fee that no card can be charged',
      { ...standard({ lateFee: { fee: { kind: 'fixed', amount: usd(5) }, timesMax: 1 } }), stepMinor: 10n },
      'plan_part_not_collectable',
    ],
    [
      'a part that no card can be charged, to be collected by itself',
      { ...installments(3), stepMinor: 10n },
      'plan_part_not_collectable',
    ],
    ['a milestone without a name', manual({ kind: 'milestone', name: '' }), 'plan_terms_out_of_range'],
  ] as const)('refuses terms with %s', (_name, terms, code) => {
    const on = code === 'plan_dates_not_increasing' ? date('2026-11-28') : approvedOn;
    expect(written(terms, usd(10_001), on)).toEqual([code]);
  });

  it('come in what cards can be charged, and the last part that is paid by hand takes what is less', () => {
    const steps = { stepMinor: 10n } as const;
    const due = (days: number) => ({ kind: 'days_after', days }) as const;
    const rest = (days: number, collect: 'automatic' | 'manual') =>
      ({ amount: { kind: 'rest' }, due: due(days), collect }) as const;
    const amounts = (terms: PlanTerms, total: Money): unknown => {
      const made = schedule(terms, total, approvedOn);
      return made.outcome === 'scheduled'
        ? made.parts.map(({ amount }) => Number(amount.minor))
        : made.refusal;
    };
    const kwd = (minor: number) => money(BigInt(minor), 'KWD');
    expect(amounts({ ...installments(3), ...steps }, kwd(10_000))).toEqual([3340, 3330, 3330]);
    expect(amounts({ ...installments(3), ...steps }, kwd(10_001))).toEqual({
      ...{ code: 'plan_part_not_collectable', part: 3 },
    });
    const mixed = [rest(0, 'automatic'), rest(30, 'manual'), rest(60, 'automatic')];
    expect(amounts({ ...standard(), ...steps, parts: mixed }, kwd(10_001))).toEqual([3340, 3331, 3330]);
    expect(amounts({ ...netTerms(30, false), ...steps }, kwd(10_001))).toEqual([10_001]);
    expect(amounts({ ...deposit(half, due(9)), ...steps }, kwd(10_010))).toEqual([5010, 5000]);
    const thirds = ['33.3', '33.3', '33.4'].map(
      (share, days) =>
        ({
          amount: { kind: 'percentage', percentage: percent(share) },
          due: due(days),
          collect: 'manual',
        }) as const,
    );
    expect(amounts({ ...standard(), ...steps, parts: thirds }, kwd(10_007))).toEqual([3330, 3330, 3347]);
  });

  it('of a total that is too small for its parts are refused', () => {
    expect(written(installments(3), usd(2))).toEqual(['plan_part_not_positive']);
  });
});

describe('a plan', () => {
  it('says when it is started again with the same or other content', () => {
    const started = history(standard(), usd(5_000));
    given(plan, started)
      .when(startPlan(standard(), usd(5_000)))
      .thenNothing();
    given(plan, started)
      .when(startPlan(standard(), usd(5_001)))
      .thenRejected({ code: 'plan_already_exists' });
  });

  it('releases its order at approval, on the first part or on the total, as the terms say', () => {
    const releasedBy = (events: readonly PlanEvent[]) =>
      events.findIndex(({ type }) => type === 'PlanReleasedOrder');
    expect(releasedBy(history(netTerms(30, false), usd(100)))).toBe(1);
    const onDeposit = deposit(half, { kind: 'milestone', name: 'delivery' });
    expect(releasedBy(history(onDeposit, usd(100)))).toBe(-1);
    expect(history(onDeposit, usd(100), settle('app_1', 49), settle('app_2', 1)).at(-1)).toEqual({
      ...{ type: 'PlanReleasedOrder', at, orderId: expect.any(String) },
      ...{ settled: usd(50), required: usd(50) },
    });
    const all = history(standard(), usd(100), settle('app_1', 99), settle('app_2', 1));
    expect(all.map(({ type }) => type)).toEqual([
      ...['PlanStarted', 'PlanPartSettled', 'PlanPartSettled', 'PlanReleasedOrder', 'PlanCompleted'],
    ]);
  });

  it('does not release its order again when a bounced cheque is replaced', () => {
    const events = history(
      standard(),
      usd(100),
      settle('app_1', 100),
      ...[{ type: 'UnsettleParts', at, applicationId: 'app_1', reversalId: 'rev_1' } as const].map(
        (reversal) => ({
          ...reversal,
          amount: usd(100),
          takenBack: true,
          today: approvedOn,
        }),
      ),
      settle('app_2', 100),
    );
    expect(events.filter(({ type }) => type === 'PlanReleasedOrder')).toHaveLength(1);
    expect(events.filter(({ type }) => type === 'PlanCompleted')).toHaveLength(2);
  });

  it('takes the first part due once, on its date in the zone of the plan and not before', () => {
    const started = history(installments(3, date('2026-12-31')), usd(300));
    given(plan, started).when(due(1, '2026-12-30')).thenRejected({ code: 'plan_part_not_due' });
    given(plan, started)
      .when(due(1, '2026-12-31'))
      .then({
        ...{ type: 'PlanPartDue', at, part: 1, amount: usd(100), cause: 'date', on: date('2026-12-31') },
        missed: { on: date('2027-01-01'), zone: 'Europe/Paris' },
      });
    const after = history(installments(3, date('2026-12-31')), usd(300), due(1, '2026-12-31'));
    given(plan, after).when(due(1, '2027-01-05')).thenNothing();
    given(plan, after).when(due(9, '2027-01-05')).thenRejected({ code: 'plan_part_not_found' });
  });

  it('has one collection of a part at most', () => {
    const start = (n: number): PlanCommand => ({
      type: 'RecordCollectionStarted',
      at,
      part: 1,
      collectionId: collectionId(n),
    });
    const isDue = history(standard(), usd(100), due(1, '2026-11-30'));
    given(plan, history(standard(), usd(100)))
      .when(start(1))
      .thenRejected({ code: 'plan_part_not_due' });
    const collecting = history(standard(), usd(100), due(1, '2026-11-30'), start(1));
    given(plan, isDue)
      .when(start(1))
      .then({ type: 'PlanPartCollectionStarted', at, part: 1, collectionId: collectionId(1) });
    given(plan, collecting).when(start(1)).thenNothing();
    given(plan, collecting).when(start(2)).thenRejected({ code: 'plan_part_being_collected' });
    given(plan, collecting).when(missed(1, '2027-06-01')).thenRejected({ code: 'plan_part_being_collected' });
    given(plan, collecting)
      .when({ type: 'CancelPlan', at })
      .thenRejected({ code: 'plan_part_being_collected' });
    const failed: PlanCommand = {
      ...{
        type: 'RecordCollectionFailed',
        at,
        part: 1,
        collectionId: collectionId(1),
        failure: 'card_declined',
      },
    };
    given(plan, collecting)
      .when(failed)
      .then({
        ...{ type: 'PlanPartCollectionFailed', at, part: 1, collectionId: collectionId(1) },
        ...{ failure: 'card_declined', attempts: 1 },
      });
    given(plan, history(standard(), usd(100), settle('app_1', 100)))
      .when(start(1))
      .thenRejected({ code: 'plan_part_closed' });
  });

  it('opens a part again when its money is gone, with days of grace anew', () => {
    const paid = history(manual({ kind: 'at_approval' }, { graceDays: 3 }), usd(100), due(1, '2026-11-30'), {
      ...settle('app_1', 100),
    });
    given(plan, paid)
      .when({
        ...{ type: 'UnsettleParts', at, applicationId: 'app_1', reversalId: 'rev_1', amount: usd(100) },
        takenBack: true,
        today: date('2026-12-10'),
      })
      .then({
        ...{ type: 'PlanPartUnsettled', at, part: 1, amount: usd(100), applicationId: 'app_1' },
        ...{ reversalId: 'rev_1', outstanding: usd(100) },
        next: { step: 'missed', on: date('2026-12-14'), zone: 'Europe/Paris' },
      });
  });

  it('counts an application once, and refuses more than is open', () => {
    const paid = history(standard(), usd(100), settle('app_1', 40));
    given(plan, paid).when(settle('app_1', 40)).thenNothing();
    given(plan, paid).when(settle('app_1', 41)).thenRejected({ code: 'settlement_differs' });
    given(plan, paid)
      .when(settle('app_2', 61))
      .thenRejected({ code: 'settlement_exceeds_outstanding', outstanding: usd(60) });
    given(plan, paid).when(settle('app_2', 0)).thenRejected({ code: 'amount_not_positive' });
    given(plan, paid)
      .when(settle('app_2', money(1n, 'EUR')))
      .thenRejected({ code: 'currency_mismatch' });
  });
});

describe('paying late, early or otherwise', () => {
  const strict = installments(4, null, {
    graceDays: 2,
    lateFee: { fee: { kind: 'percentage', percentage: percent('1.5') }, timesMax: 2 },
    defaultAfter: 2,
  });

  it('a missed part costs its fee, every month up to so many times', () => {
    const isDue = history(strict, usd(4_000), due(1, '2026-11-30'));
    given(plan, isDue).when(missed(1, '2026-12-02')).thenRejected({ code: 'plan_part_not_due' });
    given(plan, isDue)
      .when(missed(1, '2026-12-03'))
      .then(
        { type: 'PlanPartMissed', at, part: 1, missedParts: 1 },
        {
          ...{ type: 'LateFeeFellDue', at, part: 1, number: 1, amount: usd(15) },
          next: { on: date('2027-01-03'), zone: 'Europe/Paris' },
        },
      );
    const fee = (today: string): PlanCommand => ({ type: 'ChargeLateFee', at, part: 1, today: date(today) });
    const once = history(strict, usd(4_000), due(1, '2026-11-30'), missed(1, '2026-12-03'));
    given(plan, once).when(fee('2027-01-02')).thenRejected({ code: 'plan_part_not_due' });
    given(plan, once)
      .when(fee('2027-01-03'))
      .then({ type: 'LateFeeFellDue', at, part: 1, number: 2, amount: usd(15), next: null });
    const twice = history(
      strict,
      usd(4_000),
      due(1, '2026-11-30'),
      missed(1, '2026-12-03'),
      fee('2027-01-03'),
    );
    given(plan, twice).when(fee('2027-03-03')).thenNothing();
  });

  it('too many missed parts make all that is open due at once, and nothing that is paid', () => {
    const one = [due(1, '2026-11-30'), settle('app_1', 1_000), due(2, '2026-12-30'), missed(2, '2027-01-02')];
    const two = history(strict, usd(4_000), ...one, due(3, '2027-01-30'));
    given(plan, two)
      .when(missed(3, '2027-02-02'))
      .then(
        { type: 'PlanPartMissed', at, part: 3, missedParts: 2 },
        {
          ...{ type: 'LateFeeFellDue', at, part: 3, number: 1, amount: usd(15) },
          next: { on: date('2027-03-02'), zone: 'Europe/Paris' },
        },
        { type: 'PlanDefaulted', at, accelerated: [4], missedParts: 2, outstanding: usd(3_000) },
      );
  });

  it('2/10 net 30: all but the discount within ten days earns it, a day later does not', () => {
    const terms = netTerms(30, false, { earlyDiscount: { percentage: percent('2'), days: 10 } });
    const started = history(terms, usd(10_000));
    given(plan, started)
      .when(settle('app_1', 9_800, date('2026-12-10')))
      .then(
        {
          ...{ type: 'PlanPartSettled', at, part: 1, amount: usd(9_800), applicationId: 'app_1' },
          outstanding: usd(200),
        },
        { type: 'EarlyDiscountEarned', at, amount: usd(200), closed: [{ part: 1, amount: usd(200) }] },
        { type: 'PlanCompleted', at, settled: usd(9_800), discounted: usd(200) },
      );
    const partly = { type: 'PlanPartSettled', at, part: 1, applicationId: 'app_1' } as const;
    given(plan, started)
      .when(settle('app_1', 9_800, date('2026-12-11')))
      .then({ ...partly, amount: usd(9_800), outstanding: usd(200) });
    given(plan, started)
      .when(settle('app_1', 9_799, date('2026-12-10')))
      .then({ ...partly, amount: usd(9_799), outstanding: usd(201) });
  });

  it('the discount waits for a collection that may bring the rest', () => {
    const terms = netTerms(30, false, { earlyDiscount: { percentage: percent('2'), days: 10 } });
    const started: PlanCommand = {
      ...{ type: 'RecordCollectionStarted', at, part: 1, collectionId: collectionId(1) },
    };
    const concluded: PlanCommand = {
      ...{ type: 'RecordCollectionConcluded', at, part: 1, collectionId: collectionId(1), today: approvedOn },
    };
    const prepaid: PlanCommand = { type: 'PrepayParts', at, count: null, today: approvedOn };
    const paid = history(terms, usd(10_000), prepaid, started, settle('app_1', 9_900));
    expect(paid.at(-1)?.type).toBe('PlanPartSettled');
    given(plan, paid)
      .when(settle('app_2', 100))
      .then(
        {
          ...{ type: 'PlanPartSettled', at, part: 1, amount: usd(100), applicationId: 'app_2' },
          outstanding: usd(0),
        },
        { type: 'PlanCompleted', at, settled: usd(10_000), discounted: usd(0) },
      );
    given(plan, paid)
      .when(concluded)
      .then(
        { type: 'PlanPartCollectionConcluded', at, part: 1, collectionId: collectionId(1) },
        { type: 'EarlyDiscountEarned', at, amount: usd(100), closed: [{ part: 1, amount: usd(100) }] },
        { type: 'PlanCompleted', at, settled: usd(9_900), discounted: usd(100) },
      );
  });

  it('a milestone makes the parts due that wait for it', () => {
    const terms = deposit(half, { kind: 'milestone', name: 'delivery' });
    given(plan, history(terms, usd(100)))
      .when({ type: 'ReachMilestone', at, name: 'lunch', today: approvedOn })
      .thenRejected({ code: 'plan_milestone_unknown' });
    const today = date('2026-12-24');
    given(plan, history(terms, usd(100)))
      .when({ type: 'ReachMilestone', at, name: 'delivery', today })
      .then(
        { type: 'PlanMilestoneReached', at, name: 'delivery', on: today },
        {
          ...{ type: 'PlanPartDue', at, part: 2, amount: usd(50), cause: 'milestone', on: today },
          missed: { on: date('2026-12-25'), zone: 'Europe/Paris' },
        },
      );
  });

  it('prepaid parts are due now, and missed no earlier than before', () => {
    given(plan, history(installments(3), usd(300)))
      .when({ type: 'PrepayParts', at, count: 2, today: approvedOn })
      .then(
        {
          ...{ type: 'PlanPartDue', at, part: 1, amount: usd(100), cause: 'prepayment', on: approvedOn },
          missed: { on: date('2026-12-01'), zone: 'Europe/Paris' },
        },
        {
          ...{ type: 'PlanPartDue', at, part: 2, amount: usd(100), cause: 'prepayment', on: approvedOn },
          missed: { on: date('2026-12-31'), zone: 'Europe/Paris' },
        },
      );
  });
});

describe('changing a plan', () => {
  const parts = (events: readonly PlanEvent[]): readonly string[] => {
    const last = events.findLast((event) => event.type === 'PlanReplanned');
    return (last?.parts ?? []).map(
      ({ part, amount, due: falls }) =>
        `${part}: ${amount.minor} ${falls.kind === 'date' ? falls.on : falls.name}`,
    );
  };
  const skip = (part: number, to: string | null = null): PlanCommand => ({
    ...{ type: 'SkipPart', at, part, today: approvedOn },
    to: to === null ? null : date(to),
  });

  it('a skipped part moves behind the last one, to the next date of the same calendar', () => {
    const skipped = history(installments(3, date('2026-12-31')), usd(300), skip(1));
    expect(parts(skipped)).toEqual(['2: 100 2027-01-31', '3: 100 2027-02-28', '4: 100 2027-03-31']);
    given(plan, skipped).when(skip(2)).thenRejected({ code: 'plan_skips_exhausted', skipsMax: 1 });
    given(plan, history(installments(3), usd(300)))
      .when(skip(1, '2026-12-30'))
      .thenRejected({ code: 'plan_dates_not_increasing' });
    given(plan, history(standard(), usd(300)))
      .when(skip(1))
      .thenRejected({ code: 'plan_skips_exhausted', skipsMax: 0 });
  });

  it('arranges what is open anew, and leaves what is paid where it is', () => {
    const replan: PlanCommand = {
      ...{ type: 'Replan', at, today: date('2027-01-15'), parts: installments(2, date('2027-02-01')).parts },
    };
    const events = history(installments(3), usd(300), settle('app_1', 150), replan);
    expect(parts(events)).toEqual([
      '1: 100 2026-11-30',
      '2: 50 2026-12-30',
      '4: 75 2027-02-01',
      '5: 75 2027-03-01',
    ]);
    const again = { ...replan, parts: installments(2, date('2027-01-01')).parts };
    given(plan, events).when(again).thenRejected({ code: 'plan_date_in_the_past', part: 1 });
  });

  it('a change order keeps the deposit and moves the balance', () => {
    const terms = deposit(half, { kind: 'milestone', name: 'delivery' });
    expect(parts(history(terms, usd(100), amend(140)))).toEqual(['1: 50 2026-11-30', '2: 90 delivery']);
    expect(parts(history(terms, usd(100), amend(60)))).toEqual(['1: 50 2026-11-30', '2: 10 delivery']);
    // The balance cannot give more than it has.
    expect(parts(history(terms, usd(100), amend(40)))).toEqual(['1: 40 2026-11-30']);
    const paid = history(terms, usd(100), settle('app_1', 50));
    given(plan, paid)
      .when(amend(49))
      .thenRejected({ code: 'amendment_below_settled', leastTotal: usd(50) });
    expect(history(terms, usd(100), settle('app_1', 50), amend(50)).at(-1)?.type).toBe('PlanCompleted');
  });

  it('gives the deposit back or not when it is canceled, as the terms say', () => {
    const canceled = (terms: PlanTerms, ...more: readonly PlanCommand[]) =>
      history(terms, usd(100), settle('app_1', 60), ...more, { type: 'CancelPlan', at }).at(-1);
    const balance = { kind: 'milestone', name: 'delivery' } as const;
    const conditions = { depositRefund: { kind: 'until_milestone', name: 'cutting' } } as const;
    const reached: PlanCommand = { type: 'ReachMilestone', at, name: 'cutting', today: approvedOn };
    expect(canceled(deposit(half, balance))).toMatchObject({
      refundable: usd(60),
      retained: usd(0),
      open: [2],
    });
    expect(canceled(deposit(half, balance, { depositRefund: { kind: 'never' } }))).toMatchObject({
      ...{ refundable: usd(10), retained: usd(50) },
    });
    expect(canceled(deposit(half, balance, conditions))).toMatchObject({ retained: usd(0) });
    expect(canceled(deposit(half, balance, conditions), reached)).toMatchObject({ retained: usd(50) });
  });
});
