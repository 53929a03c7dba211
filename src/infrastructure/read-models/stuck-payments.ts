import type { ClientBase, Pool } from 'pg';
import { stuckAt } from '../../application/payment/stuck-payments.js';
import type { Instant } from '../../domain/shared/instant.js';

/**
 * How many payments have been on their way for too long, as the job that looks after them takes them for it. Each status is counted
 * apart: only so does the server know how rare it is, and take the index.
 */
export async function countStuck(pool: Pick<Pool | ClientBase, 'query'>, now: Instant): Promise<number> {
  const limits = stuckAt(now);
  const counts = limits.map(
    (_, n) =>
      `(select count(*) from read_payments.payments where status = $${2 * n + 1} and created_at <= $${2 * n + 2})`,
  );
  const { rows } = await pool.query<{ stuck: number }>(
    `select (${counts.join(' + ')})::int as stuck`,
    limits.flatMap(({ status, createdLte }) => [status, createdLte]),
  );
  return rows[0]?.stuck ?? 0;
}
