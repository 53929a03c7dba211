import type { CustomerZones } from '../ports/customer-zones.js';
import { parseZone } from '../shared/zones.js';
import type { CustomerHandler } from './customer-effects.js';
import type { KeepProfiles } from './keep-profiles.js';

/**
 * Asks the customer's own stream, so that a customer is known from the moment of registration on. A zone that this program's
 * database has not heard of is taken for none.
 */
export function createCustomerZones(parts: {
  readonly customers: Pick<CustomerHandler, 'load'>;
  readonly profiles: Pick<KeepProfiles, 'read'>;
}): CustomerZones {
  return {
    async zoneOf(customerId) {
      const { state } = await parts.customers.load(customerId);
      if (state.status === 'absent') return undefined;
      const { timeZone } = await parts.profiles.read(state);
      return parseZone(timeZone ?? 'UTC') ?? parseZone('UTC');
    },
  };
}
