import type { Pool } from 'pg';
import { v7 } from 'uuid';
import type { SavedFilter, SavedFilters } from '../../application/ports/saved-filters.js';
import { savedFiltersMax } from '../../application/ports/saved-filters.js';
import type { UserId } from '../../domain/shared/ids.js';
import { withTransaction } from './pool.js';

const columns = 'id, list, name, fields';

export class PostgresSavedFilters implements SavedFilters {
  readonly #pool: Pool;

  /** @param pool stays the caller's to close */
  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async of(user: UserId, list: string): Promise<readonly SavedFilter[]> {
    const { rows } = await this.#pool.query<SavedFilter>(
      `select ${columns} from counterfoil.saved_filters where user_id = $1 and list = $2 order by name`,
      [user, list],
    );
    return rows;
  }

  /** Those who save at once count one after the other: each holds the user's row. */
  save(user: UserId, { list, name, fields }: Omit<SavedFilter, 'id'>): Promise<boolean> {
    return withTransaction(this.#pool, async (client) => {
      await client.query('select from counterfoil.users where id = $1 for update', [user]);
      const values = [user, list, name, JSON.stringify(fields)];
      const changed = await client.query(
        `update counterfoil.saved_filters set fields = $4, saved_at = now()
         where user_id = $1 and list = $2 and name = $3`,
        values,
      );
      if (changed.rowCount === 1) return true;
      const added = await client.query(
        `insert into counterfoil.saved_filters (id, user_id, list, name, fields)
         select $5, $1, $2, $3, $4
         where (select count(*) from counterfoil.saved_filters where user_id = $1) < ${savedFiltersMax}`,
        [...values, `sfl_${v7()}`],
      );
      return added.rowCount === 1;
    });
  }

  async find(user: UserId, id: string): Promise<SavedFilter | undefined> {
    const { rows } = await this.#pool.query<SavedFilter>(
      `select ${columns} from counterfoil.saved_filters where user_id = $1 and id = $2`,
      [user, id],
    );
    return rows[0];
  }

  async remove(user: UserId, id: string): Promise<boolean> {
    const { rowCount } = await this.#pool.query(
      'delete from counterfoil.saved_filters where user_id = $1 and id = $2',
      [user, id],
    );
    return rowCount === 1;
  }
}
