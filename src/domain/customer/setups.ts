import type { Decision } from '../shared/decider.js';
import { accepted, nothingToDo, rejected } from '../shared/decider.js';
import type { CustomerCommandOf } from './commands.js';
import type { CustomerEvent } from './events.js';
import { observeMethod } from './payment-methods.js';
import type { CustomerRejection } from './rejections.js';
import type { RegisteredCustomer, Setup } from './state.js';

type CustomerDecision = Decision<CustomerEvent, CustomerRejection>;

/** Forms are opened and left all the time, so an old one makes room; requests that await the provider do not. */
const setupsMax = 20;
const methodsMax = 50;

export function requestSetup(
  state: RegisteredCustomer,
  { at, setupId, usage }: CustomerCommandOf<'RequestPaymentMethodSetup'>,
): CustomerDecision {
  if (state.setups.some((setup) => setup.setupId === setupId)) return nothingToDo;
  const oldest = state.setups.find((setup) => setup.status === 'started');
  const full = state.setups.length >= setupsMax;
  if (full && oldest === undefined) return rejected({ code: 'too_many_setups_in_progress', most: setupsMax });
  if (state.methods.length >= methodsMax)
    return rejected({ code: 'too_many_payment_methods', most: methodsMax });
  const events: CustomerEvent[] = [];
  if (full && oldest !== undefined) {
    events.push({ type: 'PaymentMethodSetupAbandoned', at, setupId: oldest.setupId });
  }
  // Only a customer of the provider's can keep a method, and nobody is made one before that is needed.
  if (state.provider.status === 'unlinked') events.push({ type: 'ProviderCustomerRequested', at });
  events.push({ type: 'PaymentMethodSetupRequested', at, setupId, usage });
  return accepted(...events);
}

export function recordSetupStarted(
  state: RegisteredCustomer,
  { at, setupId, setupIntentId }: CustomerCommandOf<'RecordSetupStarted'>,
): CustomerDecision {
  const setup = state.setups.find((known) => known.setupId === setupId);
  if (setup?.status !== 'requested') return nothingToDo;
  // One intent cannot be what came of two requests: news of it would belong to both.
  if (started(state, setupIntentId) !== undefined) {
    return rejected({
      code: 'provider_contradicts_history',
      detail: `${setupIntentId} is of another setup already`,
    });
  }
  return accepted({ type: 'PaymentMethodSetupStarted', at, setupId, setupIntentId });
}

export function recordSetupRefused(
  state: RegisteredCustomer,
  { at, setupId, refusal }: CustomerCommandOf<'RecordSetupRefused'>,
): CustomerDecision {
  const setup = state.setups.find((known) => known.setupId === setupId);
  if (setup?.status !== 'requested') return nothingToDo;
  return accepted({ type: 'PaymentMethodSetupRefused', at, setupId, ...refusal });
}

/** A setup that we do not know, or no more, still tells of its method. */
export function observeSetup(
  state: RegisteredCustomer,
  { at, setup, method }: CustomerCommandOf<'ObserveSetup'>,
): CustomerDecision {
  const known = started(state, setup.setupIntentId);
  const events: CustomerEvent[] = [];
  const { declined, paymentMethodId } = setup;
  if (known !== undefined) {
    const { setupId } = known;
    if (declined !== null && declined.attemptId !== known.declinedAttemptId && setup.status !== 'succeeded') {
      events.push({ type: 'PaymentMethodSetupDeclined', at, setupId, ...declined });
    }
    if (setup.status === 'canceled') events.push({ type: 'PaymentMethodSetupAbandoned', at, setupId });
    if (setup.status === 'succeeded' && paymentMethodId !== null) {
      events.push({ type: 'PaymentMethodSetupSucceeded', at, setupId, paymentMethodId });
    }
  }
  if (method !== null) events.push(...observeMethod(state, method, at));
  return accepted(...events);
}

function started(
  state: RegisteredCustomer,
  setupIntentId: string,
): Extract<Setup, { status: 'started' }> | undefined {
  for (const setup of state.setups) {
    if (setup.status === 'started' && setup.setupIntentId === setupIntentId) return setup;
  }
  return undefined;
}
