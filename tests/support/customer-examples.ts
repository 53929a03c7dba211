import { randomUUID } from 'node:crypto';
import type {
  CustomerCommand,
  CustomerCommandOf,
  MethodSnapshot,
} from '../../src/domain/customer/commands.js';
import type { CustomerEvent } from '../../src/domain/customer/events.js';
import type { CustomerId, PlanId, SetupId } from '../../src/domain/shared/ids.js';
import { parseCustomerId, parsePlanId, parseSetupId } from '../../src/domain/shared/ids.js';
import { at, required } from './payment-examples.js';

const uuid = (n: number) => `0193f1a0-0000-7000-8000-${String(n).padStart(12, '0')}`;

export const customerId = required(parseCustomerId(`cus_${uuid(1)}`));
export const setupId = (n: number): SetupId => required(parseSetupId(`pms_${uuid(n)}`));
export const planId = (n: number): PlanId => required(parsePlanId(`plan_${uuid(n)}`));
/** Names a record beside the events. */
export const recordId = (n: number): string => uuid(100 + n);
export const atProvider = 'cus_atProvider';
export const refusal = { code: 'refused', message: 'No.' };

export const registered: CustomerEvent = {
  type: 'CustomerRegistered',
  at,
  customerId,
  profileId: recordId(0),
};
export const providerRequested: CustomerEvent = { type: 'ProviderCustomerRequested', at };
export const linked: CustomerEvent = { type: 'ProviderCustomerLinked', at, providerCustomerId: atProvider };
export const withProvider: readonly CustomerEvent[] = [registered, providerRequested, linked];

export const setupRequested = (n: number): CustomerEvent => ({
  type: 'PaymentMethodSetupRequested',
  at,
  setupId: setupId(n),
  usage: 'off_session',
});
export const setupStarted = (n: number): CustomerEvent => ({
  type: 'PaymentMethodSetupStarted',
  at,
  setupId: setupId(n),
  setupIntentId: `seti_${n}`,
});
export const added = (n: number): CustomerEvent => ({
  type: 'PaymentMethodAdded',
  at,
  paymentMethodId: `pm_${n}`,
  kind: 'card',
  detailsId: recordId(n),
});
export const chosen = (n: number): CustomerEvent => ({
  type: 'DefaultPaymentMethodChosen',
  at,
  paymentMethodId: `pm_${n}`,
});
export const removalRequested = (n: number): CustomerEvent => ({
  type: 'PaymentMethodRemovalRequested',
  at,
  paymentMethodId: `pm_${n}`,
});
export const removed = (n: number, cause: 'requested' | 'provider' = 'requested'): CustomerEvent => ({
  type: 'PaymentMethodRemoved',
  at,
  paymentMethodId: `pm_${n}`,
  cause,
});
export const planAttached = (n: number): CustomerEvent => ({ type: 'PlanAttached', at, planId: planId(n) });

export const method = (n: number, change: Partial<MethodSnapshot> = {}): MethodSnapshot => ({
  paymentMethodId: `pm_${n}`,
  providerCustomerId: atProvider,
  kind: 'card',
  detailsId: recordId(n),
  ...change,
});
export const observeMethod = (n: number, change: Partial<MethodSnapshot> = {}): CustomerCommand => ({
  type: 'ObservePaymentMethod',
  at,
  method: method(n, change),
});
export const observeSetup = (
  n: number,
  setup: Partial<CustomerCommandOf<'ObserveSetup'>['setup']>,
  found: MethodSnapshot | null = null,
): CustomerCommand => ({
  type: 'ObserveSetup',
  at,
  setup: { setupIntentId: `seti_${n}`, status: 'open', declined: null, paymentMethodId: null, ...setup },
  method: found,
});
export const requestSetup = (n: number): CustomerCommand => ({
  type: 'RequestPaymentMethodSetup',
  at,
  setupId: setupId(n),
  usage: 'off_session',
});
export const requestRemoval = (n: number): CustomerCommand => ({
  type: 'RequestPaymentMethodRemoval',
  at,
  paymentMethodId: `pm_${n}`,
});

export const newCustomerId = (): CustomerId => required(parseCustomerId(`cus_${randomUUID()}`));
export const newSetupId = (): SetupId => required(parseSetupId(`pms_${randomUUID()}`));
