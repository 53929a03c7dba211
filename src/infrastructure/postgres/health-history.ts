import type pg from 'pg';
import type { HealthHistory, HealthRecord } from '../../application/ports/health-history.js';
import type { Page } from '../../application/ports/read-models.js';
import { Conditions, keysetPage } from '../read-models/keyset-page.js';

type Row = Omit<HealthRecord, 'id'> & { readonly id: bigint };

/** Checks of the past in a table. Ids are dealt out in the order of time, so the oldest are found without an index of their own. */
export class PostgresHealthHistory implements HealthHistory {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async keep({ healthy, checks }: Parameters<HealthHistory['keep']>[0]): Promise<void> {
    await this.#pool.query('insert into counterfoil.health_history (healthy, checks) values ($1, $2)', [
      healthy,
      checks,
    ]);
  }

  async list({ healthy, ...page }: Parameters<HealthHistory['list']>[0]): Promise<Page<HealthRecord>> {
    const { rows, hasMore } = await keysetPage<Row>(this.#pool, {
      select: 'select id, at, healthy, checks from counterfoil.health_history',
      order: ['id'],
      cursor: '(select id from counterfoil.health_history where id = $)',
      conditions: new Conditions().add('healthy = $', healthy),
      page,
    });
    return { rows: rows.map((row) => ({ ...row, id: row.id.toString() })), hasMore };
  }

  async prune(days: number): Promise<number> {
    const { rowCount } = await this.#pool.query(
      `delete from counterfoil.health_history where id in (
         select id from (select id, at from counterfoil.health_history order by id limit 10000) oldest
         where at < now() - $1 * interval '1 day')`,
      [days],
    );
    return rowCount ?? 0;
  }
}
