import type pg from 'pg';
import type { KeptLeftover, Leftover, Leftovers } from '../../application/ports/leftovers.js';

/** What was left over, in a table. */
export class PostgresLeftovers implements Leftovers {
  readonly #pool: pg.Pool;

  /** @param pool stays the caller's to close */
  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async keep(leftover: Leftover, reason: string): Promise<void> {
    await this.#pool.query(
      `insert into counterfoil.backfill_leftovers as known (id, about, news, reason) values ($1, $2, $3, $4)
       on conflict (id) do update set tries = known.tries + 1, reason = excluded.reason, last_kept_at = now()`,
      [leftover.id, leftover.about, 'news' in leftover ? leftover.news : null, reason],
    );
  }

  async list(after: string, limit: number): Promise<readonly KeptLeftover[]> {
    const { rows } = await this.#pool.query<KeptLeftover>(
      'select id, about, news, tries from counterfoil.backfill_leftovers where id > $1 order by id limit $2',
      [after, limit],
    );
    return rows;
  }

  async forget({ id, tries }: Pick<KeptLeftover, 'id' | 'tries'>): Promise<void> {
    await this.#pool.query('delete from counterfoil.backfill_leftovers where id = $1 and tries = $2', [
      id,
      tries,
    ]);
  }
}
