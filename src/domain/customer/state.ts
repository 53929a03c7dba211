import type { CustomerId, PlanId, SetupId } from '../shared/ids.js';
import type { Instant } from '../shared/instant.js';

export type CustomerState = { readonly status: 'absent' } | RegisteredCustomer;

export type RegisteredCustomer = {
  readonly status: 'registered';
  readonly customerId: CustomerId;
  readonly registeredAt: Instant;
  readonly profile: { readonly profileId: string; readonly version: number };
  readonly provider: ProviderLink;
  readonly setups: readonly Setup[];
  /** In the order in which they came. */
  readonly methods: readonly SavedMethod[];
  /** The provider never lets one of these be used again. */
  readonly removedMethodIds: readonly string[];
  /** Null exactly while there are no methods. */
  readonly defaultMethodId: string | null;
  /** Active plans that collect by themselves. */
  readonly planIds: readonly PlanId[];
};

type ProviderLink =
  | { readonly status: 'unlinked' }
  | { readonly status: 'requested'; readonly requestedAt: Instant }
  | { readonly status: 'linked'; readonly providerCustomerId: string };

/** A setup that has not ended. */
export type Setup = { readonly setupId: SetupId } & (
  | { readonly status: 'requested' }
  | { readonly status: 'started'; readonly setupIntentId: string; readonly declinedAttemptId: string | null }
);

export type SavedMethod = {
  readonly paymentMethodId: string;
  readonly kind: string;
  readonly detailsId: string;
  readonly addedAt: Instant;
  readonly status: 'active' | 'removing';
};
