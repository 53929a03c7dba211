import type { CustomerState } from '../../domain/customer/state.js';
import type { CustomerZones } from '../ports/customer-zones.js';
import type { Loaded } from '../shared/command-handler.js';
import { parseZone } from '../shared/zones.js';

const utc = parseZone('UTC');

/** Asks the customer's own stream, so that a customer is known from the moment of registration on. */
export function createCustomerZones(parts: {
  readonly customers: { load(customerId: string): Promise<Loaded<CustomerState>> };
}): CustomerZones {
  return {
    async zoneOf(customerId) {
      const { state } = await parts.customers.load(customerId);
      return state.status === 'absent' ? undefined : utc;
    },
  };
}
