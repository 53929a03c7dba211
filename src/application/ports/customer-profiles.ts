import type { CustomerProfile } from '../../domain/customer/profile.js';
import type { CustomerId } from '../../domain/shared/ids.js';
import type { Instant } from '../../domain/shared/instant.js';

/** What a person would recognise a payment method by. */
export type PaymentMethodDetails = {
  /** Of the card, or the bank's name. */
  readonly brand: string | null;
  readonly last4: string | null;
  readonly expMonth: number | null;
  readonly expYear: number | null;
  readonly funding: string | null;
  /** As the provider writes it; it is shown, never decided on. */
  readonly country: string | null;
};

export type KeptRecord = {
  readonly recordId: string;
  readonly kind: 'profile' | 'payment_method';
  /** Text, because nothing vouches for what stands in a table. */
  readonly customer: string;
};

/**
 * Personal data, apart from the events that name it. A record is written once, under an id of its own, and never changed:
 * another version is another record. It is written BEFORE the fact that names it is appended, and counts from that fact
 * on. So whichever of the two is lost in a crash, nothing is left that contradicts itself: without the fact there is a record
 * that nobody names, and that `unnamed` finds; a fact without its record cannot come about. Readers take the record that
 * the stream names, and records that another one replaced stay for a day, for readers who are a moment behind.
 */
export interface CustomerProfiles {
  /** Durable before it answers. */
  keepProfile(recordId: string, customer: CustomerId, profile: CustomerProfile): Promise<void>;
  /** Undefined for a record that was destroyed. */
  findProfile(recordId: string): Promise<CustomerProfile | undefined>;

  /** Durable before it answers. */
  keepDetails(recordId: string, customer: CustomerId, details: PaymentMethodDetails): Promise<void>;
  /** By their ids; those that were destroyed are left out. */
  findDetails(recordIds: readonly string[]): Promise<ReadonlyMap<string, PaymentMethodDetails>>;

  /**
   * Records written before `before` that the read models do not name, by their ids, after the one `after`. Read models
   * may be behind, so each is to be looked for in its stream before it is destroyed.
   */
  unnamed(before: Instant, after: string | null, limit: number): Promise<readonly KeptRecord[]>;
  destroy(recordId: string): Promise<void>;
}
