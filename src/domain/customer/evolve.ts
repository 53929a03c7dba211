import { impossible } from '../shared/corrupt-stream.js';
import type { SetupId } from '../shared/ids.js';
import type { CustomerEvent } from './events.js';
import type { CustomerState, EndedSetup, RegisteredCustomer, SavedMethod, Setup } from './state.js';

type Further = Exclude<CustomerEvent, { type: 'CustomerRegistered' }>;
type SetupEvent = Extract<Further, { setupId: SetupId }>;
type MethodEvent = Exclude<Extract<Further, { paymentMethodId: string }>, SetupEvent>;

/** Folds one fact into the state; an impossible pair stops the fold with `CorruptStream`. */
export function evolve(state: CustomerState, event: CustomerEvent): CustomerState {
  if (event.type === 'CustomerRegistered') {
    if (state.status !== 'absent') return impossible(state.status, event.type);
    return {
      status: 'registered',
      customerId: event.customerId,
      registeredAt: event.at,
      profile: { profileId: event.profileId, version: 1 },
      provider: { status: 'unlinked' },
      setups: [],
      endedSetups: [],
      methods: [],
      removedMethodIds: [],
      defaultMethodId: null,
      planIds: [],
    };
  }
  if (state.status === 'absent') return impossible(state.status, event.type);
  switch (event.type) {
    case 'CustomerProfileRevised':
      if (event.version !== state.profile.version + 1) return impossible('of another version', event.type);
      return { ...state, profile: { profileId: event.profileId, version: event.version } };
    case 'ProviderCustomerRequested':
    case 'ProviderCustomerLinked':
    case 'ProviderCustomerRefused':
    case 'ProviderCustomerLost':
      return evolveProvider(state, event);
    case 'PaymentMethodSetupRequested':
    case 'PaymentMethodSetupStarted':
    case 'PaymentMethodSetupRefused':
    case 'PaymentMethodSetupDeclined':
    case 'PaymentMethodSetupSucceeded':
    case 'PaymentMethodSetupAbandoned':
      return evolveSetups(state, event);
    case 'PaymentMethodAdded':
    case 'PaymentMethodRenewed':
    case 'DefaultPaymentMethodChosen':
    case 'PaymentMethodRemovalRequested':
    case 'PaymentMethodRemovalRefused':
    case 'PaymentMethodRemoved':
      return evolveMethods(state, event);
    case 'PlanAttached':
      if (state.planIds.includes(event.planId)) return impossible('attached', event.type);
      return { ...state, planIds: [...state.planIds, event.planId] };
    case 'PlanDetached':
      if (!state.planIds.includes(event.planId)) return impossible('detached', event.type);
      return { ...state, planIds: state.planIds.filter((planId) => planId !== event.planId) };
  }
}

type ProviderEvent = Extract<Further, { type: `ProviderCustomer${string}` }>;

function evolveProvider(state: RegisteredCustomer, event: ProviderEvent): RegisteredCustomer {
  const { status } = state.provider;
  switch (event.type) {
    case 'ProviderCustomerRequested':
      if (status !== 'unlinked') return impossible(status, event.type);
      return { ...state, provider: { status: 'requested', requestedAt: event.at } };
    case 'ProviderCustomerLinked':
      if (status !== 'requested') return impossible(status, event.type);
      return { ...state, provider: { status: 'linked', providerCustomerId: event.providerCustomerId } };
    case 'ProviderCustomerRefused':
      if (status !== 'requested') return impossible(status, event.type);
      return { ...state, provider: { status: 'unlinked' } };
    case 'ProviderCustomerLost':
      if (status !== 'linked' || state.methods.length > 0) return impossible(status, event.type);
      return { ...state, provider: { status: 'unlinked' } };
  }
}

/** How many ended setups are remembered. */
const endedMax = 20;

function evolveSetups(state: RegisteredCustomer, event: SetupEvent): RegisteredCustomer {
  const { setupId } = event;
  const known = state.setups.find((setup) => setup.setupId === setupId);
  if (event.type === 'PaymentMethodSetupRequested') {
    if (known !== undefined) return impossible(known.status, event.type);
    const requested: Setup = { setupId, requestedAt: event.at, status: 'requested' };
    return { ...state, setups: [...state.setups, requested] };
  }
  if (known === undefined) return impossible('absent', event.type);
  const { requestedAt } = known;
  const replacedBy = (by: Setup): RegisteredCustomer => ({
    ...state,
    setups: state.setups.map((setup) => (setup === known ? by : setup)),
  });
  const endedAs = (ended: EndedSetup): RegisteredCustomer => ({
    ...state,
    setups: state.setups.filter((setup) => setup !== known),
    endedSetups: [...state.endedSetups, ended].slice(-endedMax),
  });
  if (event.type === 'PaymentMethodSetupStarted' || event.type === 'PaymentMethodSetupRefused') {
    if (known.status !== 'requested') return impossible(known.status, event.type);
    if (event.type === 'PaymentMethodSetupStarted') {
      const { setupIntentId } = event;
      return replacedBy({ setupId, requestedAt, status: 'started', setupIntentId, declinedAttemptId: null });
    }
    const refusal = { code: event.code, message: event.message };
    return endedAs({ setupId, requestedAt, setupIntentId: null, status: 'refused', refusal });
  }
  if (known.status !== 'started') return impossible(known.status, event.type);
  const { setupIntentId } = known;
  switch (event.type) {
    case 'PaymentMethodSetupDeclined':
      return replacedBy({ ...known, declinedAttemptId: event.attemptId });
    case 'PaymentMethodSetupSucceeded': {
      const { paymentMethodId } = event;
      return endedAs({ setupId, requestedAt, setupIntentId, status: 'succeeded', paymentMethodId });
    }
    case 'PaymentMethodSetupAbandoned':
      return endedAs({ setupId, requestedAt, setupIntentId, status: 'abandoned' });
  }
}

function evolveMethods(state: RegisteredCustomer, event: MethodEvent): RegisteredCustomer {
  const { paymentMethodId } = event;
  const known = state.methods.find((method) => method.paymentMethodId === paymentMethodId);
  if (event.type === 'PaymentMethodAdded') {
    if (known !== undefined) return impossible(known.status, event.type);
    const { kind, detailsId, at: addedAt } = event;
    const added: SavedMethod = { paymentMethodId, kind, detailsId, addedAt, status: 'active' };
    return { ...state, methods: [...state.methods, added] };
  }
  if (known === undefined) return impossible('absent', event.type);
  const changed = (change: Partial<SavedMethod>): RegisteredCustomer => ({
    ...state,
    methods: state.methods.map((method) => (method === known ? { ...known, ...change } : method)),
  });
  switch (event.type) {
    case 'PaymentMethodRenewed':
      return changed({ detailsId: event.detailsId });
    case 'DefaultPaymentMethodChosen':
      return { ...state, defaultMethodId: paymentMethodId };
    case 'PaymentMethodRemovalRequested':
      if (known.status !== 'active') return impossible(known.status, event.type);
      return changed({ status: 'removing' });
    case 'PaymentMethodRemovalRefused':
      if (known.status !== 'removing') return impossible(known.status, event.type);
      return changed({ status: 'active' });
    case 'PaymentMethodRemoved':
      return {
        ...state,
        methods: state.methods.filter((method) => method !== known),
        removedMethodIds: [...state.removedMethodIds, paymentMethodId],
        defaultMethodId: state.defaultMethodId === paymentMethodId ? null : state.defaultMethodId,
      };
  }
}
