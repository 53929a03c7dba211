import type { CustomerId, PlanId, SetupId } from '../shared/ids.js';
import type { Instant } from '../shared/instant.js';
import type { ProviderRefusal } from './events.js';

export type CustomerState = { readonly status: 'absent' } | RegisteredCustomer;

export type RegisteredCustomer = {
  readonly status: 'registered';
  readonly customerId: CustomerId;
  readonly registeredAt: Instant;
  readonly profile: { readonly profileId: string; readonly version: number };
  readonly provider: ProviderLink;
  /** Those that have not ended. */
  readonly setups: readonly Setup[];
  /** The latest that have ended, for who asks what came of one. */
  readonly endedSetups: readonly EndedSetup[];
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

export type Setup = { readonly setupId: SetupId; readonly requestedAt: Instant } & (
  | { readonly status: 'requested' }
  | { readonly status: 'started'; readonly setupIntentId: string; readonly declinedAttemptId: string | null }
);

export type EndedSetup = {
  readonly setupId: SetupId;
  readonly requestedAt: Instant;
  readonly setupIntentId: string | null;
} & (
  | { readonly status: 'succeeded'; readonly paymentMethodId: string }
  | { readonly status: 'refused'; readonly refusal: ProviderRefusal }
  | { readonly status: 'abandoned' }
);

export type SavedMethod = {
  readonly paymentMethodId: string;
  readonly kind: string;
  readonly detailsId: string;
  readonly addedAt: Instant;
  readonly status: 'active' | 'removing';
};
