import type { Decision } from '../shared/decider.js';
import { accepted, nothingToDo, rejected } from '../shared/decider.js';
import type { CustomerCommandOf } from './commands.js';
import type { CustomerEvent } from './events.js';
import type { CustomerRejection } from './rejections.js';
import type { RegisteredCustomer } from './state.js';

type CustomerDecision = Decision<CustomerEvent, CustomerRejection>;

export function recordProviderCustomer(
  state: RegisteredCustomer,
  { at, providerCustomerId }: CustomerCommandOf<'RecordProviderCustomer'>,
): CustomerDecision {
  switch (state.provider.status) {
    case 'requested':
      return accepted({ type: 'ProviderCustomerLinked', at, providerCustomerId });
    case 'linked':
      if (state.provider.providerCustomerId === providerCustomerId) return nothingToDo;
      return rejected({
        code: 'provider_contradicts_history',
        detail: `the provider made ${providerCustomerId}, and ${state.provider.providerCustomerId} is linked`,
      });
    case 'unlinked':
      return nothingToDo;
  }
}

/** Without a customer at the provider, no setup that waits for it can begin. */
export function recordProviderRefused(
  state: RegisteredCustomer,
  { at, refusal }: CustomerCommandOf<'RecordProviderCustomerRefused'>,
): CustomerDecision {
  if (state.provider.status !== 'requested') return nothingToDo;
  const waiting = state.setups.filter(({ status }) => status === 'requested');
  return accepted<CustomerEvent>(
    { type: 'ProviderCustomerRefused', at, ...refusal },
    ...waiting.map(
      ({ setupId }): CustomerEvent => ({
        type: 'PaymentMethodSetupRefused',
        at,
        setupId,
        ...refusal,
      }),
    ),
  );
}

/** With the provider's customer go its methods and its open setups; what was just asked for begins with a new one. */
export function observeProviderCustomerDeleted(
  state: RegisteredCustomer,
  { at, providerCustomerId }: CustomerCommandOf<'ObserveProviderCustomerDeleted'>,
): CustomerDecision {
  const { provider, methods, setups } = state;
  if (provider.status !== 'linked' || provider.providerCustomerId !== providerCustomerId) return nothingToDo;
  const events: CustomerEvent[] = methods.map(({ paymentMethodId, status }) => ({
    type: 'PaymentMethodRemoved',
    at,
    paymentMethodId,
    cause: status === 'removing' ? 'requested' : 'provider',
  }));
  for (const { setupId, status } of setups) {
    if (status === 'started') events.push({ type: 'PaymentMethodSetupAbandoned', at, setupId });
  }
  events.push({ type: 'ProviderCustomerLost', at, providerCustomerId });
  if (setups.some(({ status }) => status === 'requested'))
    events.push({ type: 'ProviderCustomerRequested', at });
  return accepted(...events);
}
