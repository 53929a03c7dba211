import fc from 'fast-check';
import type { OrderCommand, OrderDetails, OrderEvent } from '../../src/domain/order/messages.js';
import { order } from '../../src/domain/order/order.js';
import type { OrderState } from '../../src/domain/order/state.js';
import { deposit, installments, netTerms, standard } from '../../src/domain/plan/terms.js';
import type { Money } from '../../src/domain/shared/money.js';
import { money } from '../../src/domain/shared/money.js';
import { at } from './payment-examples.js';
import { currency } from './plan-arbitraries.js';
import { approvedOn, customerId, orderId, percent } from './plan-examples.js';

export const orderDetails: OrderDetails = {
  orderId,
  customerId,
  currency: 'USD',
  description: 'A dozen chairs',
  metadata: { desk: 'north' },
};

const terms = fc.constantFrom(
  standard(),
  standard({ earlyDiscount: { percentage: percent('2'), days: 10 } }),
  netTerms(30, false),
  installments(3),
  deposit({ kind: 'percentage', percentage: percent('50') }, { kind: 'milestone', name: 'delivery' }),
);
const always = fc.constant(at);
const of = <T extends OrderCommand['type']>(type: T) => fc.constant(type);
type Code = 'USD' | 'JPY' | 'KWD';

const amountIn = (code: Code): fc.Arbitrary<Money> =>
  fc
    .oneof(fc.constantFrom(0n, 1n, 5_000n, 10_000n), fc.bigInt(0n, 12_000n))
    .map((minor) => money(minor, code));

/** Mostly the next step of the flow, so that long stories happen. */
function orderCommand(code: Code): fc.Arbitrary<OrderCommand> {
  const amount = amountIn(code);
  const maybe = fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, amount);
  const step = <T extends OrderCommand['type']>(type: T) =>
    fc.record({ type: of(type), at: always, total: maybe });
  return fc.oneof(
    fc.record({ type: of('SetOrderTotal'), at: always, total: amount }),
    { weight: 2, arbitrary: step('StartOrderAnalysis') },
    { weight: 2, arbitrary: step('StartOrderReview') },
    {
      weight: 3,
      arbitrary: fc.record({
        type: of('ApproveOrder'),
        at: always,
        total: maybe,
        terms,
        approvedOn: fc.constant(approvedOn),
        zone: fc.constant('UTC'),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        type: of('MarkOrderPaid'),
        at: always,
        settled: amount,
        forgiven: fc.constantFrom(0n, 0n, 200n).map((minor) => money(minor, code)),
        deposit: fc.option(amount),
      }),
    },
    { weight: 2, arbitrary: step('StartOrderWork') },
    fc.record({ type: of('CompleteOrder'), at: always }),
    fc.record({ type: of('CancelOrder'), at: always }),
  );
}

/** The flow from its beginning, as far as it comes. */
const flow = (code: Code) =>
  terms.map((given): readonly OrderCommand[] => [
    { type: 'StartOrderAnalysis', at, total: null },
    { type: 'StartOrderReview', at, total: null },
    { type: 'ApproveOrder', at, total: null, terms: given, approvedOn, zone: 'UTC' },
    {
      ...{ type: 'MarkOrderPaid', at, settled: money(10_000n, code), forgiven: money(0n, code) },
      deposit: null,
    },
    { type: 'StartOrderWork', at, total: null },
    { type: 'CompleteOrder', at },
  ]);

/** Part of the flow, and then anything. */
const orderStoryIn = (code: Code): fc.Arbitrary<readonly OrderCommand[]> =>
  fc
    .record({
      total: fc.oneof(fc.constant(money(10_000n, code)), fc.option(amountIn(code))),
      begun: flow(code),
      steps: fc.integer({ min: 0, max: 6 }),
      commands: fc.array(orderCommand(code), { maxLength: 20 }),
    })
    .map(({ total, begun, steps, commands }) => [
      { type: 'OpenOrder' as const, at, details: { ...orderDetails, currency: code }, total },
      ...begun.slice(0, steps),
      ...commands,
    ]);

export const orderStory = currency.chain(orderStoryIn);

/** A story, and one thing more that is asked of the order. */
export const orderStoryAndCommand = currency.chain((code) =>
  fc.record({ commands: orderStoryIn(code), command: orderCommand(code) }),
);

/** Decides commands one after another; refusals leave the state as it was. */
export function playOrder(commands: readonly OrderCommand[]): {
  readonly states: readonly OrderState[];
  readonly events: readonly OrderEvent[];
} {
  const states: OrderState[] = [order.initialState];
  const events: OrderEvent[] = [];
  for (const command of commands) {
    const decision = order.decide(states.at(-1) ?? order.initialState, command);
    if (decision.outcome === 'rejected') continue;
    for (const event of decision.events) {
      events.push(event);
      states.push(order.evolve(states.at(-1) ?? order.initialState, event));
    }
  }
  return { states, events };
}
