import fc from 'fast-check';
import type { OrderCommand, OrderDetails, OrderEvent } from '../../src/domain/order/messages.js';
import { order } from '../../src/domain/order/order.js';
import type { OrderState } from '../../src/domain/order/state.js';
import { deposit, installments, netTerms, standard } from '../../src/domain/plan/terms.js';
import { at, usd } from './payment-examples.js';
import { approvedOn, customerId, orderId, percent } from './plan-examples.js';

export const orderDetails: OrderDetails = {
  orderId,
  customerId,
  currency: 'USD',
  description: 'A dozen chairs',
  metadata: { desk: 'north' },
};

const amount = fc.oneof(fc.constantFrom(0n, 1n, 5_000n, 10_000n), fc.bigInt(0n, 12_000n)).map(usd);
const terms = fc.constantFrom(
  standard(),
  standard({ earlyDiscount: { percentage: percent('2'), days: 10 } }),
  netTerms(30, false),
  installments(3),
  deposit({ kind: 'percentage', percentage: percent('50') }, { kind: 'milestone', name: 'delivery' }),
);
const always = fc.constant(at);
const maybe = fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, amount);
const of = <T extends OrderCommand['type']>(type: T) => fc.constant(type);

/** Mostly the next step of the flow, so that long stories happen. */
export const orderCommand: fc.Arbitrary<OrderCommand> = fc.oneof(
  fc.record({ type: of('SetOrderTotal'), at: always, total: amount }),
  { weight: 2, arbitrary: fc.record({ type: of('StartOrderAnalysis'), at: always, total: maybe }) },
  { weight: 2, arbitrary: fc.record({ type: of('StartOrderReview'), at: always, total: maybe }) },
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
      forgiven: fc.constantFrom(usd(0), usd(0), usd(200)),
      deposit: fc.option(amount),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: of('StartOrderWork'), at: always, total: maybe }) },
  fc.record({ type: of('CompleteOrder'), at: always }),
  fc.record({ type: of('CancelOrder'), at: always }),
);

/** The flow from its beginning, as far as it comes. */
const flow = terms.map((given): readonly OrderCommand[] => [
  { type: 'StartOrderAnalysis', at, total: null },
  { type: 'StartOrderReview', at, total: null },
  { type: 'ApproveOrder', at, total: null, terms: given, approvedOn, zone: 'UTC' },
  { type: 'MarkOrderPaid', at, settled: usd(10_000), forgiven: usd(0), deposit: null },
  { type: 'StartOrderWork', at, total: null },
  { type: 'CompleteOrder', at },
]);

/** Part of the flow, and then anything. */
export const orderStory: fc.Arbitrary<readonly OrderCommand[]> = fc
  .record({
    total: fc.oneof(fc.constant(usd(10_000)), fc.option(amount)),
    begun: flow,
    steps: fc.integer({ min: 0, max: 6 }),
    commands: fc.array(orderCommand, { maxLength: 20 }),
  })
  .map(({ total, begun, steps, commands }) => [
    { type: 'OpenOrder' as const, at, details: orderDetails, total },
    ...begun.slice(0, steps),
    ...commands,
  ]);

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
