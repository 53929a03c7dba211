import type { CustomerZones } from '../../../application/ports/customer-zones.js';
import type { Zone } from '../../../application/shared/zones.js';
import type { CustomerId } from '../../../domain/shared/ids.js';
import { refused } from './problem.js';

/** Where a customer lives. @throws Refused for a customer that there is none of */
export async function zoneOfCustomer(
  zones: CustomerZones,
  customerId: CustomerId,
  param?: string,
): Promise<Zone> {
  const zone = await zones.zoneOf(customerId);
  if (zone !== undefined) return zone;
  throw refused('resource_missing', {
    detail: 'There is no such customer.',
    ...(param === undefined ? {} : { param }),
  });
}
