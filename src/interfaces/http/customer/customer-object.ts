import type { PaymentMethodDetails } from '../../../application/ports/customer-profiles.js';
import type { ProviderSetup } from '../../../application/ports/payment-method-vault.js';
import type { CustomerRow } from '../../../application/ports/read-models.js';
import type { CustomerProfile } from '../../../domain/customer/profile.js';
import type { EndedSetup, RegisteredCustomer, SavedMethod, Setup } from '../../../domain/customer/state.js';

/** A customer as it was read: the aggregate and the profile that it names. */
export type ReadCustomer = {
  readonly state: RegisteredCustomer;
  readonly revision: bigint;
  readonly profile: CustomerProfile;
};

/** Customers as the API shows them, from the aggregate and from the read model alike. */
function shape(row: CustomerRow, livemode: boolean) {
  const { billingAddress, taxIds, timeZone, noticesOff, methodOrder, ...profile } = row.profile;
  return {
    id: row.id,
    object: 'customer' as const,
    name: profile.name,
    email: profile.email,
    phone: profile.phone,
    billing_address: billingAddress === null ? null : addressOf(billingAddress),
    tax_ids: taxIds,
    locale: profile.locale,
    time_zone: timeZone,
    currencies: profile.currencies,
    notices_off: noticesOff,
    payment_method_order: methodOrder,
    default_payment_method: row.default_payment_method,
    metadata: profile.metadata,
    provider: { name: 'stripe' as const, customer: row.provider_customer },
    profile_version: row.profile_version,
    revision: row.revision,
    livemode,
    created_at: row.created_at,
  };
}

function addressOf({ postalCode, country, ...rest }: NonNullable<CustomerProfile['billingAddress']>) {
  return { ...rest, postal_code: postalCode, country };
}

export function customerOfRow(row: CustomerRow, livemode: boolean) {
  return shape(row, livemode);
}

export function customerOfState({ state, revision, profile }: ReadCustomer, livemode: boolean) {
  const { provider } = state;
  return shape(
    {
      id: state.customerId,
      profile,
      profile_version: BigInt(state.profile.version),
      default_payment_method: state.defaultMethodId,
      provider_customer: provider.status === 'linked' ? provider.providerCustomerId : null,
      revision,
      created_at: state.registeredAt,
    },
    livemode,
  );
}

/** The details are null where their record was destroyed. */
export function methodOfState(
  state: RegisteredCustomer,
  method: SavedMethod,
  details: PaymentMethodDetails | undefined,
  livemode: boolean,
) {
  return {
    id: method.paymentMethodId,
    object: 'payment_method' as const,
    customer: state.customerId,
    kind: method.kind,
    brand: details?.brand ?? null,
    last4: details?.last4 ?? null,
    exp_month: details?.expMonth ?? null,
    exp_year: details?.expYear ?? null,
    funding: details?.funding ?? null,
    country: details?.country ?? null,
    default: state.defaultMethodId === method.paymentMethodId,
    status: method.status,
    livemode,
    created_at: method.addedAt,
  };
}

/** `now` is what the provider says of a setup that has begun and not ended here; null when it does not answer. */
export function setupOfState(
  { state, revision }: Pick<ReadCustomer, 'state' | 'revision'>,
  setup: Setup | EndedSetup,
  now: ProviderSetup | null,
  livemode: boolean,
) {
  const { action = null } = now ?? {};
  const redirect = action?.redirectUrl ?? null;
  return {
    id: setup.setupId,
    object: 'setup_intent' as const,
    customer: state.customerId,
    status: now?.status ?? statusOf(setup),
    payment_method: now?.paymentMethodId ?? (setup.status === 'succeeded' ? setup.paymentMethodId : null),
    ...(action === null ? {} : { client_secret: action.clientSecret }),
    ...(redirect === null ? {} : { next_action: { type: 'redirect_to_url' as const, url: redirect } }),
    last_error: lastErrorOf(setup, now),
    provider: {
      name: 'stripe' as const,
      setup_intent: setup.status === 'requested' ? null : setup.setupIntentId,
    },
    revision,
    livemode,
    created_at: setup.requestedAt,
  };
}

function statusOf(setup: Setup | EndedSetup): ProviderSetup['status'] {
  switch (setup.status) {
    case 'requested':
    case 'started':
      return 'processing';
    case 'succeeded':
      return 'succeeded';
    case 'refused':
    case 'abandoned':
      return 'canceled';
  }
}

function lastErrorOf(setup: Setup | EndedSetup, now: ProviderSetup | null) {
  if (setup.status === 'refused') return setup.refusal;
  if (now === null || now.declined === null) return null;
  return { code: now.declined.code, message: now.declined.message };
}
