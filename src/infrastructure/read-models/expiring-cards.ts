import type { Pool } from 'pg';
import type { ExpiringCard, ExpiringCards } from '../../application/ports/expiring-cards.js';

/** Methods as the read model has them, with the expiry that stands beside the events. */
export class PostgresExpiringCards implements ExpiringCards {
  readonly #pool: Pool;

  /** @param pool stays the caller's to close */
  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async inMonth(
    year: number,
    month: number,
    after: string | null,
    limit: number,
  ): Promise<readonly ExpiringCard[]> {
    const { rows } = await this.#pool.query<ExpiringCard>(
      `select m.id as "paymentMethodId", m.customer, d.exp_year as "expYear", d.exp_month as "expMonth"
       from counterfoil.payment_method_details d join read_customers.payment_methods m on m.details = d.record_id
       where d.exp_year = $1 and d.exp_month = $2 and ($3::text is null or m.id > $3)
       order by m.id limit $4`,
      [year, month, after, limit],
    );
    return rows;
  }
}
