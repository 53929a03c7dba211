import type { CustomerId } from '../../domain/shared/ids.js';
import type { BillingIdentities, NamedIdentity } from '../ports/billing-identities.js';
import type { CustomerProfiles } from '../ports/customer-profiles.js';
import type { CustomerHandler } from './customer-effects.js';

/** Whom invoices are addressed to, from the profile that the customer's stream names now. */
export function createBillingIdentities(parts: {
  readonly handler: Pick<CustomerHandler, 'load'>;
  readonly profiles: Pick<CustomerProfiles, 'findProfile'>;
}): BillingIdentities {
  const { handler, profiles } = parts;
  async function named(customerId: CustomerId): Promise<NamedIdentity> {
    const { state } = await handler.load(customerId);
    const nobody: NamedIdentity = { identity: null, version: 'profile/none' };
    if (state.status === 'absent') return nobody;
    const { profileId } = state.profile;
    const profile = await profiles.findProfile(profileId);
    if (profile === undefined) return nobody;
    const { name, email, billingAddress, taxIds, locale } = profile;
    const identity = { name, email, address: billingAddress, taxIds, locale };
    return { identity, version: `profile/${profileId}` };
  }

  return {
    named,
    current: async (customerId) => (await named(customerId)).identity ?? undefined,
  };
}
