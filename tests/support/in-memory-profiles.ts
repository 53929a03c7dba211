import type {
  CustomerProfiles,
  KeptRecord,
  PaymentMethodDetails,
} from '../../src/application/ports/customer-profiles.js';
import type { CustomerProfile } from '../../src/domain/customer/profile.js';
import type { CustomerId } from '../../src/domain/shared/ids.js';

/** Records in memory; every one of them counts as old. */
export class InMemoryProfiles implements CustomerProfiles {
  readonly profiles = new Map<string, { readonly customer: CustomerId; readonly profile: CustomerProfile }>();
  readonly details = new Map<
    string,
    { readonly customer: CustomerId; readonly details: PaymentMethodDetails }
  >();

  async keepProfile(recordId: string, customer: CustomerId, profile: CustomerProfile): Promise<void> {
    this.profiles.set(recordId, { customer, profile });
  }

  async findProfile(recordId: string): Promise<CustomerProfile | undefined> {
    return this.profiles.get(recordId)?.profile;
  }

  async keepDetails(recordId: string, customer: CustomerId, details: PaymentMethodDetails): Promise<void> {
    this.details.set(recordId, { customer, details });
  }

  async findDetails(recordIds: readonly string[]): Promise<ReadonlyMap<string, PaymentMethodDetails>> {
    return new Map(
      recordIds.flatMap((id) => {
        const kept = this.details.get(id);
        return kept === undefined ? [] : [[id, kept.details] as const];
      }),
    );
  }

  async unnamed(_before: unknown, after: string | null, limit: number): Promise<readonly KeptRecord[]> {
    const all: KeptRecord[] = [
      ...[...this.profiles].map(
        ([recordId, { customer }]) => ({ recordId, kind: 'profile', customer }) as const,
      ),
      ...[...this.details].map(
        ([recordId, { customer }]) => ({ recordId, kind: 'payment_method', customer }) as const,
      ),
    ];
    return all
      .filter(({ recordId }) => after === null || recordId > after)
      .sort((a, b) => (a.recordId < b.recordId ? -1 : 1))
      .slice(0, limit);
  }

  async destroy(recordId: string): Promise<void> {
    this.profiles.delete(recordId);
    this.details.delete(recordId);
  }
}
