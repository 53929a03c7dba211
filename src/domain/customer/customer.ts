import type { Decider, Decision } from '../shared/decider.js';
import { accepted, nothingToDo, rejected } from '../shared/decider.js';
import type { CustomerCommand, CustomerCommandOf } from './commands.js';
import type { CustomerEvent } from './events.js';
import { evolve } from './evolve.js';
import { chooseDefault, observeMethod, recordRemovalRefused, requestRemoval } from './payment-methods.js';
import {
  observeProviderCustomerDeleted,
  recordProviderCustomer,
  recordProviderRefused,
} from './provider-link.js';
import type { CustomerRejection } from './rejections.js';
import { observeSetup, recordSetupRefused, recordSetupStarted, requestSetup } from './setups.js';
import type { CustomerState, RegisteredCustomer } from './state.js';

type CustomerDecision = Decision<CustomerEvent, CustomerRejection>;

/** More than any customer has, and a bound on what one stream may hold. */
const plansMax = 500;

/** The rules of one customer: the profile's versions, the link to the provider, payment methods and plans. */
export const customer: Decider<CustomerState, CustomerCommand, CustomerEvent, CustomerRejection> = {
  initialState: { status: 'absent' },
  decide,
  evolve,
};

function decide(state: CustomerState, command: CustomerCommand): CustomerDecision {
  if (command.type === 'RegisterCustomer') return register(state, command);
  switch (state.status) {
    case 'absent':
      return rejected({ code: 'customer_not_found' });
    case 'registered':
      return decideRegistered(state, command);
  }
}

function decideRegistered(
  state: RegisteredCustomer,
  command: Exclude<CustomerCommand, { type: 'RegisterCustomer' }>,
): CustomerDecision {
  switch (command.type) {
    case 'ReviseProfile':
      return revise(state, command);
    case 'RequestPaymentMethodSetup':
      return requestSetup(state, command);
    case 'ChooseDefaultPaymentMethod':
      return chooseDefault(state, command);
    case 'RequestPaymentMethodRemoval':
      return requestRemoval(state, command);
    case 'AttachPlan':
      return attachPlan(state, command);
    case 'DetachPlan':
      return detachPlan(state, command);
    case 'RecordProviderCustomer':
      return recordProviderCustomer(state, command);
    case 'RecordProviderCustomerRefused':
      return recordProviderRefused(state, command);
    case 'RecordSetupStarted':
      return recordSetupStarted(state, command);
    case 'RecordSetupRefused':
      return recordSetupRefused(state, command);
    case 'RecordRemovalRefused':
      return recordRemovalRefused(state, command);
    case 'ObserveSetup':
      return observeSetup(state, command);
    case 'ObservePaymentMethod':
      return accepted(...observeMethod(state, command.method, command.at));
    case 'ObserveProviderCustomerDeleted':
      return observeProviderCustomerDeleted(state, command);
  }
}

function register(state: CustomerState, command: CustomerCommandOf<'RegisterCustomer'>): CustomerDecision {
  const { at, customerId, profileId } = command;
  if (state.status === 'absent') return accepted({ type: 'CustomerRegistered', at, customerId, profileId });
  const same = state.customerId === customerId && state.profile.profileId === profileId;
  return same ? nothingToDo : rejected({ code: 'customer_already_exists' });
}

function revise(state: RegisteredCustomer, command: CustomerCommandOf<'ReviseProfile'>): CustomerDecision {
  const { at, basedOn, profileId, fields } = command;
  const { profile } = state;
  if (profile.profileId === profileId || fields.length === 0) return nothingToDo;
  if (profile.version !== basedOn) {
    return rejected({ code: 'profile_revised_meanwhile', version: profile.version });
  }
  return accepted({ type: 'CustomerProfileRevised', at, version: basedOn + 1, profileId, fields });
}

function attachPlan(
  state: RegisteredCustomer,
  { at, planId }: CustomerCommandOf<'AttachPlan'>,
): CustomerDecision {
  if (state.planIds.includes(planId)) return nothingToDo;
  if (state.planIds.length >= plansMax) return rejected({ code: 'too_many_plans', most: plansMax });
  return accepted({ type: 'PlanAttached', at, planId });
}

/** A plan that is not attached was never so, or is detached already: both is what the caller wants. */
function detachPlan(
  state: RegisteredCustomer,
  { at, planId }: CustomerCommandOf<'DetachPlan'>,
): CustomerDecision {
  return state.planIds.includes(planId) ? accepted({ type: 'PlanDetached', at, planId }) : nothingToDo;
}
