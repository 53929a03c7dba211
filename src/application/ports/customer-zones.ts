import type { Zone } from '../shared/zones.js';

/** Where customers live, as far as their calendar goes. */
export interface CustomerZones {
  /** UTC for a customer who has not said; undefined when there is no such customer. */
  zoneOf(customerId: string): Promise<Zone | undefined>;
}
