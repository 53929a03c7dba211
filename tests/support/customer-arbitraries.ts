import fc from 'fast-check';
import type { CustomerCommand } from '../../src/domain/customer/commands.js';
import { customer } from '../../src/domain/customer/customer.js';
import type { CustomerEvent } from '../../src/domain/customer/events.js';
import type { CustomerState } from '../../src/domain/customer/state.js';
import { fold } from '../../src/domain/shared/decider.js';
import { atProvider, customerId, planId, recordId, refusal, setupId } from './customer-examples.js';
import { at } from './payment-examples.js';

/** Few of each, so that commands meet. */
const n = fc.integer({ min: 1, max: 4 });
const pm = n.map((number) => `pm_${number}`);
const provider = fc.constantFrom(atProvider, atProvider, atProvider, 'cus_another');

const method = fc.record({
  paymentMethodId: pm,
  providerCustomerId: fc.constantFrom(atProvider, atProvider, atProvider, null),
  kind: fc.constant('card'),
  detailsId: fc.integer({ min: 1, max: 6 }).map(recordId),
});

const setup = fc.record({
  setupIntentId: n.map((number) => `seti_${number}`),
  status: fc.constantFrom('open', 'succeeded', 'canceled'),
  declined: fc.option(
    fc.record({
      attemptId: n.map((number) => `setatt_${number}`),
      code: fc.constant('card_declined'),
      message: fc.constant('No'),
    }),
  ),
  paymentMethodId: fc.option(pm),
});

type Without<T extends CustomerCommand['type']> = Omit<Extract<CustomerCommand, { type: T }>, 'type' | 'at'>;

function of<T extends CustomerCommand['type']>(
  weight: number,
  type: T,
  fields: { readonly [K in keyof Without<T>]: fc.Arbitrary<Without<T>[K]> },
): { readonly weight: number; readonly arbitrary: fc.Arbitrary<CustomerCommand> } {
  const arbitrary = fc.record({ ...fields, type: fc.constant(type), at: fc.constant(at) });
  return { weight, arbitrary: arbitrary as unknown as fc.Arbitrary<CustomerCommand> };
}

export const customerCommand: fc.Arbitrary<CustomerCommand> = fc.oneof(
  of(1, 'RegisterCustomer', { customerId: fc.constant(customerId), profileId: fc.constant(recordId(0)) }),
  of(3, 'ReviseProfile', {
    basedOn: fc.integer({ min: 1, max: 4 }),
    profileId: n.map(recordId),
    fields: fc.constantFrom(['name'], ['email', 'locale'], []),
  }),
  of(5, 'RequestPaymentMethodSetup', { setupId: n.map(setupId), usage: fc.constant('off_session') }),
  of(2, 'ChooseDefaultPaymentMethod', { paymentMethodId: pm }),
  of(5, 'RequestPaymentMethodRemoval', { paymentMethodId: pm }),
  of(2, 'AttachPlan', { planId: n.map(planId) }),
  of(2, 'DetachPlan', { planId: n.map(planId) }),
  of(6, 'RecordProviderCustomer', { providerCustomerId: provider }),
  of(1, 'RecordProviderCustomerRefused', { refusal: fc.constant(refusal) }),
  of(5, 'RecordSetupStarted', {
    setupId: n.map(setupId),
    setupIntentId: n.map((number) => `seti_${number}`),
  }),
  of(1, 'RecordSetupRefused', { setupId: n.map(setupId), refusal: fc.constant(refusal) }),
  of(1, 'RecordRemovalRefused', { paymentMethodId: pm, refusal: fc.constant(refusal) }),
  of(5, 'ObserveSetup', { setup, method: fc.option(method) }),
  of(8, 'ObservePaymentMethod', { method }),
  of(1, 'ObserveProviderCustomerDeleted', { providerCustomerId: provider }),
);

const beginnings: readonly (readonly CustomerCommand[])[] = [
  [],
  [
    { type: 'RequestPaymentMethodSetup', at, setupId: setupId(1), usage: 'off_session' },
    { type: 'RecordProviderCustomer', at, providerCustomerId: atProvider },
  ],
];

/** Commands as they may come, after a registration so that they do not all meet nothing. */
export const customerCommands: fc.Arbitrary<readonly CustomerCommand[]> = fc
  .tuple(fc.constantFrom(...beginnings), fc.array(customerCommand, { minLength: 5, maxLength: 40 }))
  .map(([beginning, rest]) => [
    { type: 'RegisterCustomer', at, customerId, profileId: recordId(0) },
    ...beginning,
    ...rest,
  ]);

/** The states after each command, and every event; rejected commands leave none. */
export function playCustomer(commands: readonly CustomerCommand[]): {
  readonly states: readonly CustomerState[];
  readonly events: readonly CustomerEvent[];
} {
  let state = customer.initialState;
  const states = [state];
  const events: CustomerEvent[] = [];
  for (const command of commands) {
    const decision = customer.decide(state, command);
    if (decision.outcome === 'rejected') continue;
    state = decision.events.reduce(customer.evolve, state);
    states.push(state);
    events.push(...decision.events);
  }
  return { states, events };
}

export function foldCustomer(events: readonly CustomerEvent[]): CustomerState {
  return fold<CustomerState, CustomerEvent>(customer, events);
}
