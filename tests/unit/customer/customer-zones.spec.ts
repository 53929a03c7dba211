import { expect, it } from '@jest/globals';
import { createCustomerZones } from '../../../src/application/customer/customer-zones.js';
import { customer } from '../../../src/domain/customer/customer.js';
import type { CustomerEvent } from '../../../src/domain/customer/events.js';
import { blankProfile } from '../../../src/domain/customer/profile.js';
import type { CustomerState } from '../../../src/domain/customer/state.js';
import { fold } from '../../../src/domain/shared/decider.js';
import { registered } from '../../support/customer-examples.js';

it.each([
  ['Europe/Vienna', 'Europe/Vienna'],
  [null, 'UTC'],
  ['Atlantis/Harbour', 'UTC'],
])('a customer who says %p lives by %s', async (timeZone, zone) => {
  const zones = zonesOf(fold<CustomerState, CustomerEvent>(customer, [registered]), timeZone);
  expect(await zones.zoneOf('cus_1')).toBe(zone);
});

it('nobody lives nowhere', async () => {
  expect(await zonesOf({ status: 'absent' }, 'Europe/Vienna').zoneOf('cus_1')).toBeUndefined();
});

function zonesOf(state: CustomerState, timeZone: string | null) {
  return createCustomerZones({
    customers: { load: async () => ({ state, revision: 0n }) },
    profiles: { read: async () => ({ ...blankProfile, timeZone }) },
  });
}
