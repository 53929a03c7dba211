import type { Pool } from 'pg';
import type { IssuedIdentities } from '../../application/ports/billing-identities.js';
import type { InvoiceId } from '../../domain/shared/ids.js';

/** Billing identities as they were at the issue, in a table of their own. */
export class PostgresIssuedIdentities implements IssuedIdentities {
  readonly #pool: Pool;

  /** @param pool stays the caller's to close */
  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async keep(invoiceId: InvoiceId, document: string): Promise<string> {
    await this.#pool.query(
      `insert into counterfoil.issued_identities (invoice_id, document) values ($1, $2)
       on conflict (invoice_id) do nothing`,
      [invoiceId, document],
    );
    const kept = await this.find(invoiceId);
    if (kept === undefined) throw new Error(`the billing identity of ${invoiceId} was erased as it was kept`);
    return kept;
  }

  async find(invoiceId: InvoiceId): Promise<string | undefined> {
    const { rows } = await this.#pool.query<{ document: string }>(
      'select document from counterfoil.issued_identities where invoice_id = $1',
      [invoiceId],
    );
    return rows[0]?.document;
  }
}
