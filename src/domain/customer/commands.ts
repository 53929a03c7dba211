import type { CustomerId, PlanId, SetupId } from '../shared/ids.js';
import type { Instant } from '../shared/instant.js';
import type { ProfileField, ProviderRefusal, SetupUsage } from './events.js';

/** What the provider says of one setup at one moment, with the method it led to. */
type SetupSnapshot = {
  readonly setupIntentId: string;
  readonly status: 'open' | 'succeeded' | 'canceled';
  /** The latest try that failed, by the provider's id of it. */
  readonly declined: (ProviderRefusal & { readonly attemptId: string }) | null;
  /** The method of a setup that succeeded. */
  readonly paymentMethodId: string | null;
};

/** What the provider says of one payment method; `detailsId` names the record that its details were written to. */
export type MethodSnapshot = {
  readonly paymentMethodId: string;
  /** Null for one that is of no customer: it was detached, or never attached. */
  readonly providerCustomerId: string | null;
  readonly kind: string;
  readonly detailsId: string;
};

/** Commands carry the instant and every id that they mint. */
export type CustomerCommand = { readonly at: Instant } & (
  | { readonly type: 'RegisterCustomer'; readonly customerId: CustomerId; readonly profileId: string }
  | {
      readonly type: 'ReviseProfile';
      /** The version that the new one was made from. */
      readonly basedOn: number;
      readonly profileId: string;
      readonly fields: readonly ProfileField[];
    }
  | { readonly type: 'RequestPaymentMethodSetup'; readonly setupId: SetupId; readonly usage: SetupUsage }
  | { readonly type: 'ChooseDefaultPaymentMethod'; readonly paymentMethodId: string }
  | { readonly type: 'RequestPaymentMethodRemoval'; readonly paymentMethodId: string }
  | { readonly type: 'AttachPlan'; readonly planId: PlanId }
  | { readonly type: 'DetachPlan'; readonly planId: PlanId }
  | { readonly type: 'RecordProviderCustomer'; readonly providerCustomerId: string }
  | { readonly type: 'RecordProviderCustomerRefused'; readonly refusal: ProviderRefusal }
  | { readonly type: 'RecordSetupStarted'; readonly setupId: SetupId; readonly setupIntentId: string }
  | { readonly type: 'RecordSetupRefused'; readonly setupId: SetupId; readonly refusal: ProviderRefusal }
  | {
      readonly type: 'RecordRemovalRefused';
      readonly paymentMethodId: string;
      readonly refusal: ProviderRefusal;
    }
  | { readonly type: 'ObserveSetup'; readonly setup: SetupSnapshot; readonly method: MethodSnapshot | null }
  | { readonly type: 'ObservePaymentMethod'; readonly method: MethodSnapshot }
  /** The provider's customer is there no more. */
  | { readonly type: 'ObserveProviderCustomerDeleted'; readonly providerCustomerId: string }
);

export type CustomerCommandOf<T extends CustomerCommand['type']> = Extract<CustomerCommand, { type: T }>;
