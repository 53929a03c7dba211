import type { Pool } from 'pg';
import type { Position } from '../../application/ports/event-store.js';
import type { JournalSum, LedgerSums } from '../../application/ports/integrity-checks.js';

/** Adds the entries up themselves, and trusts none of the tables that follow from them. */
export class PostgresLedgerSums implements LedgerSums {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async between(after: Position, upTo: Position | null, limit: number): Promise<readonly JournalSum[]> {
    const { rows } = await this.#pool.query<JournalSum>(
      `select position, event_id, currency, sum(amount)::bigint as amount, count(*) as entries
       from read_ledger.entries where position > $1 and position <= coalesce($2, 9223372036854775807)
       group by position, event_id, currency order by position limit $3`,
      [after, upTo, limit],
    );
    return rows;
  }
}
