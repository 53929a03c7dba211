import type { BillingIdentities } from '../ports/billing-identities.js';
import type { CustomerProfiles } from '../ports/customer-profiles.js';
import type { CustomerHandler } from './customer-effects.js';

/** Whom invoices are addressed to, from the profile that the customer's stream names now. */
export function createBillingIdentities(parts: {
  readonly handler: Pick<CustomerHandler, 'load'>;
  readonly profiles: Pick<CustomerProfiles, 'findProfile'>;
}): BillingIdentities {
  const { handler, profiles } = parts;
  return {
    async current(customerId) {
      const { state } = await handler.load(customerId);
      if (state.status === 'absent') return undefined;
      const profile = await profiles.findProfile(state.profile.profileId);
      if (profile === undefined) return undefined;
      const { name, email, billingAddress, taxIds, locale } = profile;
      return { name, email, address: billingAddress, taxIds, locale };
    },
  };
}
