import type { CustomerId, PlanId, SetupId } from '../shared/ids.js';
import type { Instant } from '../shared/instant.js';

/** What of a customer's profile a revision may have touched; the values stand apart from the events. */
export const profileFields = [
  'name',
  'email',
  'phone',
  'billing_address',
  'tax_ids',
  'locale',
  'time_zone',
  'currencies',
  'notices_off',
  'payment_method_order',
  'metadata',
] as const;
export type ProfileField = (typeof profileFields)[number];

/** `off_session` when it is to be charged also while the customer is not there. */
export type SetupUsage = 'off_session' | 'on_session';

/** A definite no from the provider, or why a setup did not succeed, in the provider's stable codes. */
export type ProviderRefusal = { readonly code: string; readonly message: string };

/**
 * Facts of one customer. None holds a name, an address or the digits of a card: `profileId` and `detailsId` name the record
 * with what a person would recognise, which is kept apart and can be destroyed. `...Requested` is recorded before
 * the provider is asked. Payment methods are named by the provider's own id.
 */
export type CustomerEvent = { readonly at: Instant } & (
  | { readonly type: 'CustomerRegistered'; readonly customerId: CustomerId; readonly profileId: string }
  | {
      readonly type: 'CustomerProfileRevised';
      /** The registered profile is version 1. */
      readonly version: number;
      readonly profileId: string;
      readonly fields: readonly ProfileField[];
    }
  | { readonly type: 'ProviderCustomerRequested' }
  | { readonly type: 'ProviderCustomerLinked'; readonly providerCustomerId: string }
  | ({ readonly type: 'ProviderCustomerRefused' } & ProviderRefusal)
  /** The provider's customer was deleted there; what hung on it is told by facts of its own. */
  | { readonly type: 'ProviderCustomerLost'; readonly providerCustomerId: string }
  | {
      readonly type: 'PaymentMethodSetupRequested';
      readonly setupId: SetupId;
      readonly usage: SetupUsage;
    }
  | {
      readonly type: 'PaymentMethodSetupStarted';
      readonly setupId: SetupId;
      readonly setupIntentId: string;
    }
  | ({ readonly type: 'PaymentMethodSetupRefused'; readonly setupId: SetupId } & ProviderRefusal)
  | ({
      /** One try of the customer's; another one may succeed. */
      readonly type: 'PaymentMethodSetupDeclined';
      readonly setupId: SetupId;
      readonly attemptId: string;
    } & ProviderRefusal)
  | {
      readonly type: 'PaymentMethodSetupSucceeded';
      readonly setupId: SetupId;
      readonly paymentMethodId: string;
    }
  | { readonly type: 'PaymentMethodSetupAbandoned'; readonly setupId: SetupId }
  | {
      readonly type: 'PaymentMethodAdded';
      readonly paymentMethodId: string;
      /** `card`, `sepa_debit`, ... as the provider calls it. */
      readonly kind: string;
      readonly detailsId: string;
    }
  /** The network sent new digits or a new expiry. */
  | {
      readonly type: 'PaymentMethodRenewed';
      readonly paymentMethodId: string;
      readonly detailsId: string;
    }
  | { readonly type: 'DefaultPaymentMethodChosen'; readonly paymentMethodId: string }
  | { readonly type: 'PaymentMethodRemovalRequested'; readonly paymentMethodId: string }
  | ({ readonly type: 'PaymentMethodRemovalRefused'; readonly paymentMethodId: string } & ProviderRefusal)
  | {
      readonly type: 'PaymentMethodRemoved';
      readonly paymentMethodId: string;
      /** `provider` when it was taken away there and nobody asked us. */
      readonly cause: 'requested' | 'provider';
    }
  | { readonly type: 'PlanAttached'; readonly planId: PlanId }
  | { readonly type: 'PlanDetached'; readonly planId: PlanId }
);
