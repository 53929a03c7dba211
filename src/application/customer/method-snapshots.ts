import { randomUUID } from 'node:crypto';
import type { MethodSnapshot } from '../../domain/customer/commands.js';
import type { RegisteredCustomer } from '../../domain/customer/state.js';
import type { CustomerProfiles, PaymentMethodDetails } from '../ports/customer-profiles.js';
import type { ProviderPaymentMethod } from '../ports/payment-method-vault.js';

/** What the provider says of a method, for the decider, which sees the id of its details and not the details. */
export type SnapshotMethod = (
  state: RegisteredCustomer,
  method: ProviderPaymentMethod,
) => Promise<MethodSnapshot>;

/**
 * Writes the details to a record of their own before they are named by a fact; where they are those that the customer's
 * stream names already, no other record is written. Details that were destroyed are not written again.
 */
export function createSnapshotMethod(
  profiles: Pick<CustomerProfiles, 'keepDetails' | 'findDetails'>,
): SnapshotMethod {
  return async (state, { paymentMethodId, providerCustomerId, kind, details }) => {
    const known = state.methods.find((method) => method.paymentMethodId === paymentMethodId);
    const named = (detailsId: string) => ({ paymentMethodId, providerCustomerId, kind, detailsId });
    if (known !== undefined) {
      const kept = (await profiles.findDetails([known.detailsId])).get(known.detailsId);
      if (kept === undefined || same(kept, details)) return named(known.detailsId);
    }
    const recordId = randomUUID();
    const { provider } = state;
    const ours = provider.status === 'linked' && provider.providerCustomerId === providerCustomerId;
    if (ours) await profiles.keepDetails(recordId, state.customerId, details);
    return named(recordId);
  };
}

function same(a: PaymentMethodDetails, b: PaymentMethodDetails): boolean {
  return (
    a.brand === b.brand &&
    a.last4 === b.last4 &&
    a.expMonth === b.expMonth &&
    a.expYear === b.expYear &&
    a.funding === b.funding &&
    a.country === b.country
  );
}
