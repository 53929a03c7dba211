import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { orderCodec } from '../../../src/application/order/order.codec.js';
import type { OrderCommand, OrderEvent } from '../../../src/domain/order/messages.js';
import { order } from '../../../src/domain/order/order.js';
import { isApproved } from '../../../src/domain/order/state.js';
import { deposit, netTerms, standard } from '../../../src/domain/plan/terms.js';
import { fold } from '../../../src/domain/shared/decider.js';
import { money } from '../../../src/domain/shared/money.js';
import type { PlanTerms } from '../../../src/domain/shared/plan-terms.js';
import { holds } from '../../support/corpus.js';
import { given } from '../../support/decider-specification.js';
import {
  orderDetails,
  orderStory,
  orderStoryAndCommand,
  playOrder,
} from '../../support/order-arbitraries.js';
import { at, usd } from '../../support/payment-examples.js';
import { approvedOn, percent } from '../../support/plan-examples.js';

const open: OrderCommand = { type: 'OpenOrder', at, details: orderDetails, total: usd(10_000) };
const analyze: OrderCommand = { type: 'StartOrderAnalysis', at, total: null };
const review: OrderCommand = { type: 'StartOrderReview', at, total: null };
const approve = (terms: PlanTerms): OrderCommand => ({
  ...{ type: 'ApproveOrder', at, total: null, terms, approvedOn, zone: 'UTC' },
});
const total = (minor: number): OrderCommand => ({ type: 'SetOrderTotal', at, total: usd(minor) });
const paid = (settled: number, deposit: number | null = null, forgiven = 0): OrderCommand => ({
  ...{ type: 'MarkOrderPaid', at, settled: usd(settled), forgiven: usd(forgiven) },
  deposit: deposit === null ? null : usd(deposit),
});
const work: OrderCommand = { type: 'StartOrderWork', at, total: null };
const half = deposit(
  { kind: 'percentage', percentage: percent('50') },
  { kind: 'milestone', name: 'delivery' },
);

const approved = (terms: PlanTerms, ...more: readonly OrderCommand[]): readonly OrderEvent[] =>
  playOrder([open, analyze, review, approve(terms), ...more]).events;

describe('an order', () => {
  it('goes from its configuration to its completion, one step after another', () => {
    const { events } = playOrder([
      ...[open, analyze, review, approve(standard()), paid(10_000)],
      ...[work, { type: 'CompleteOrder', at } as const],
    ]);
    expect(events.map(({ type }) => type)).toEqual([
      ...['OrderOpened', 'OrderTotalSet', 'OrderAnalysisStarted', 'OrderReviewStarted', 'OrderApproved'],
      ...['OrderPaid', 'OrderWorkStarted', 'OrderCompleted'],
    ]);
  });

  it('takes no step that is not next', () => {
    const opened = playOrder([open]).events;
    given(order, opened)
      .when(review)
      .thenRejected({ code: 'order_transition_refused', from: 'configuring', to: 'reviewing' });
    given(order, opened).when(approve(standard())).thenRejected({ code: 'order_transition_refused' });
    given(order, opened).when(work).thenRejected({ code: 'order_transition_refused' });
    given(order, opened).when(paid(10_000)).thenRejected({ code: 'order_transition_refused' });
    given(order, []).when(work).thenRejected({ code: 'order_not_found' });
  });

  it('is paid when what is settled covers the total, and not a unit before', () => {
    const pending = approved(standard());
    given(order, pending)
      .when(paid(9_999))
      .thenRejected({ code: 'order_not_covered', required: usd(10_000) });
    given(order, pending)
      .when(paid(10_000))
      .then({ type: 'OrderPaid', at, settled: usd(10_000) });
    given(order, approved(standard(), paid(10_000)))
      .when(paid(10_000))
      .thenNothing();
  });

  it('is paid by less only where some of it was forgiven, and never by nothing', () => {
    given(order, approved(standard()))
      .when(paid(9_800, null, 200))
      .then({ type: 'OrderPaid', at, settled: usd(9_800) });
    given(order, approved(standard()))
      .when(paid(9_799, null, 200))
      .thenRejected({ code: 'order_not_covered', required: usd(9_800) });
    given(order, approved(standard()))
      .when(paid(0, null, 10_000))
      .thenRejected({ code: 'order_not_covered', required: usd(0) });
  });

  it('is paid by its total as it is now, whatever it was when it was approved', () => {
    given(order, approved(standard(), total(12_000)))
      .when(paid(10_000))
      .thenRejected({ code: 'order_not_covered', required: usd(12_000) });
    given(order, approved(standard(), total(8_000)))
      .when(paid(8_000))
      .then({ type: 'OrderPaid', at, settled: usd(8_000) });
  });

  it('is not paid by a first part where its terms ask for the total', () => {
    given(order, approved(standard()))
      .when(paid(5_000, 5_000))
      .thenRejected({ code: 'order_not_covered', required: usd(10_000) });
  });

  it('may be worked on before it is paid only where the terms release it at approval', () => {
    given(order, approved(standard())).when(work).thenRejected({ code: 'order_not_paid' });
    given(order, approved(half)).when(work).thenRejected({ code: 'order_not_paid' });
    const working = approved(netTerms(30, false), work);
    expect(fold(order, working)).toMatchObject({ status: 'in_progress', settled: null });
    const completed = [...working, { type: 'OrderCompleted', at } as const];
    given(order, completed)
      .when(paid(10_000))
      .then({ type: 'OrderPaid', at, settled: usd(10_000) });
  });

  it('starts on its deposit', () => {
    const { states } = playOrder([open, analyze, review, approve(half), paid(5_000, 5_000), work]);
    expect(states.at(-1)).toMatchObject({ status: 'in_progress', settled: usd(5_000) });
  });

  it('is approved only with a total that its terms can be applied to', () => {
    const untotaled = playOrder([{ ...open, total: null }, analyze, review]).events;
    given(order, untotaled).when(approve(standard())).thenRejected({ code: 'order_without_total' });
    const reviewing = playOrder([open, analyze, review]).events;
    const tooMuch = deposit({ kind: 'fixed', amount: usd(10_001) }, { kind: 'days_after', days: 3 });
    given(order, reviewing).when(approve(tooMuch)).thenRejected({ code: 'plan_parts_do_not_sum' });
    given(order, reviewing)
      .when(approve({ ...standard(), parts: [] }))
      .thenRejected({ code: 'plan_parts_out_of_range' });
  });

  it('takes a total together with a step, both or neither', () => {
    const reviewing = playOrder([open, analyze, review]).events;
    const priced = { ...approve(standard()), total: usd(7_000) } as OrderCommand;
    given(order, reviewing)
      .when(priced)
      .then(
        { type: 'OrderTotalSet', at, total: usd(7_000) },
        { ...{ type: 'OrderApproved', at, total: usd(7_000), terms: standard(), approvedOn, zone: 'UTC' } },
      );
    given(order, reviewing)
      .when({ ...priced, terms: { ...standard(), parts: [] } } as OrderCommand)
      .thenRejected({ code: 'plan_parts_out_of_range' });
  });

  it('has its total amended after approval as long as something is still asked for', () => {
    given(order, approved(standard()))
      .when(total(12_000))
      .then({ type: 'OrderTotalAmended', at, from: usd(10_000), to: usd(12_000), change: 1 });
    given(order, approved(standard(), paid(10_000)))
      .when(total(12_000))
      .thenRejected({ code: 'order_total_not_amendable' });
    const onDeposit = approved(half, paid(5_000, 5_000), work);
    given(order, onDeposit)
      .when(total(12_000))
      .then({ type: 'OrderTotalAmended', at, from: usd(10_000), to: usd(12_000), change: 1 });
    given(order, onDeposit)
      .when(total(4_999))
      .thenRejected({ code: 'order_total_below_settled', settled: usd(5_000) });
    given(order, approved(standard()))
      .when({ type: 'SetOrderTotal', at, total: money(1n, 'EUR') })
      .thenRejected({ code: 'currency_mismatch' });
    given(order, approved(standard())).when(total(0)).thenRejected({ code: 'amount_not_positive' });
  });
});

describe('whatever is asked of an order, in whatever order', () => {
  it('it is paid once at most, never before enough is settled, and never worked on unless released', () => {
    const seen = new Set<string>();
    holds(
      'order-paid',
      fc.property(orderStory, (commands) => {
        const { states, events } = playOrder(commands);
        for (const { type } of events) seen.add(type);
        expect(events.filter(({ type }) => type === 'OrderPaid').length).toBeLessThanOrEqual(1);
        for (const [index, event] of events.entries()) {
          const before = states[index];
          if (before === undefined || before.status === 'absent' || !isApproved(before)) continue;
          if (event.type === 'OrderPaid' && before.terms.releasesOrder === 'total_settled') {
            // At most so much is forgiven in these stories.
            expect(event.settled.minor).toBeGreaterThanOrEqual(before.total.minor - 200n);
          }
          if (event.type === 'OrderWorkStarted' && before.terms.releasesOrder !== 'approved') {
            expect(before.settled).not.toBe(null);
          }
        }
      }),
      { numRuns: 1_000 },
    );
    expect([...orderCodec.storedTypes.keys()].filter((type) => !seen.has(type))).toEqual([]);
  });

  it('the same command twice leads to no new fact, or is refused', () => {
    holds(
      'order-twice',
      fc.property(orderStoryAndCommand, ({ commands, command }) => {
        const before = playOrder(commands).states.at(-1) ?? order.initialState;
        const first = order.decide(before, command);
        if (first.outcome === 'rejected') return;
        const second = order.decide(first.events.reduce(order.evolve, before), command);
        if (second.outcome === 'rejected') return;
        expect(second.events).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });

  it('the facts survive the store', () => {
    holds(
      'order-stored',
      fc.property(orderStory, (commands) => {
        const { events } = playOrder(commands);
        const stored = JSON.parse(JSON.stringify(events.map((event) => orderCodec.encode(event))));
        expect(fold(order, stored.map(orderCodec.decode))).toEqual(fold(order, events));
      }),
      { numRuns: 200 },
    );
  });
});
