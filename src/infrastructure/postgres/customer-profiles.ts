import type { Pool } from 'pg';
import type {
  CustomerProfiles,
  KeptRecord,
  PaymentMethodDetails,
} from '../../application/ports/customer-profiles.js';
import type { CustomerProfile } from '../../domain/customer/profile.js';
import type { CustomerId } from '../../domain/shared/ids.js';
import type { Instant } from '../../domain/shared/instant.js';

/** The columns of a profile under the names that the program gives them. */
export const profileColumns = `name, email, phone, billing_address as "billingAddress", tax_ids as "taxIds", locale,
  time_zone as "timeZone", currencies,
  notices_off as "noticesOff", method_order as "methodOrder", metadata`;

/** Personal data in tables of its own; what is destroyed here is gone, whatever the events say. */
export class PostgresCustomerProfiles implements CustomerProfiles {
  readonly #pool: Pool;

  /** @param pool stays the caller's to close */
  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async keepProfile(recordId: string, customer: CustomerId, profile: CustomerProfile): Promise<void> {
    await this.#pool.query(
      `insert into counterfoil.customer_profiles (record_id, customer, name, email, phone, billing_address, tax_ids,
         locale, time_zone, currencies, notices_off, method_order, metadata)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
      [
        recordId,
        customer,
        profile.name,
        profile.email,
        profile.phone,
        profile.billingAddress === null ? null : JSON.stringify(profile.billingAddress),
        JSON.stringify(profile.taxIds),
        profile.locale,
        profile.timeZone,
        profile.currencies,
        profile.noticesOff,
        profile.methodOrder,
        JSON.stringify(profile.metadata),
      ],
    );
  }

  async findProfile(recordId: string): Promise<CustomerProfile | undefined> {
    const { rows } = await this.#pool.query<CustomerProfile>(
      `select ${profileColumns} from counterfoil.customer_profiles where record_id = $1`,
      [recordId],
    );
    return rows[0];
  }

  async keepDetails(recordId: string, customer: CustomerId, details: PaymentMethodDetails): Promise<void> {
    const { brand, last4, expMonth, expYear, funding, country } = details;
    await this.#pool.query(
      `insert into counterfoil.payment_method_details (record_id, customer, brand, last4, exp_month, exp_year, funding,
         country)
       values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [recordId, customer, brand, last4, expMonth, expYear, funding, country],
    );
  }

  async findDetails(recordIds: readonly string[]): Promise<ReadonlyMap<string, PaymentMethodDetails>> {
    if (recordIds.length === 0) return new Map();
    const { rows } = await this.#pool.query<PaymentMethodDetails & { readonly recordId: string }>(
      `select record_id as "recordId", brand, last4, exp_month as "expMonth", exp_year as "expYear", funding, country
       from counterfoil.payment_method_details where record_id = any($1)`,
      [recordIds],
    );
    return new Map(rows.map(({ recordId, ...details }) => [recordId, details]));
  }

  async unnamed(before: Instant, after: string | null, limit: number): Promise<readonly KeptRecord[]> {
    const { rows } = await this.#pool.query<KeptRecord>(
      `select record_id as "recordId", kind, customer from (
         select p.record_id, 'profile' as kind, p.customer from counterfoil.customer_profiles p
         where p.kept_at < $1 and not exists
           (select 1 from read_customers.customers c where c.id = p.customer and c.profile = p.record_id)
         union all
         select d.record_id, 'payment_method', d.customer from counterfoil.payment_method_details d
         where d.kept_at < $1 and not exists
           (select 1 from read_customers.payment_methods m where m.details = d.record_id)
       ) as kept
       where $2::uuid is null or record_id > $2 order by record_id limit $3`,
      [before, after, limit],
    );
    return rows;
  }

  async destroy(recordId: string): Promise<void> {
    await this.#pool.query(
      `with profile as (delete from counterfoil.customer_profiles where record_id = $1)
       delete from counterfoil.payment_method_details where record_id = $1`,
      [recordId],
    );
  }
}
