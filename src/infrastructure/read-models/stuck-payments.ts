import type { ClientBase, Pool } from 'pg';
import { stuckAt } from '../../application/payment/stuck-payments.js';
import type { Instant } from '../../domain/shared/instant.js';

/**
 * The ids of the payments that have been on their way for too long, as the job that looks after them takes them for it; each `$`
 * stands for one of the values, in order. Each cause is looked for apart: only so does the server know how rare it is, and take
 * the index.
 */
export function stuckIds(now: Instant): { readonly text: string; readonly values: readonly unknown[] } {
  const { payments, refundsCreatedLte, requestsRecordedLte } = stuckAt(now);
  const causes = [
    ...payments.map(() => 'select id from read_payments.payments where status = $ and created_at <= $'),
    "select payment from read_refunds.refunds where status = 'pending' and created_at <= $",
    `select substr(stream, 9) from read_pending_effects.open_requests
       where stream like 'payment-%' and requested_at <= $`,
  ];
  const limits = payments.flatMap(({ status, createdLte }) => [status, createdLte]);
  return { text: causes.join(' union '), values: [...limits, refundsCreatedLte, requestsRecordedLte] };
}

/** How many payments have been on their way for too long. */
export async function countStuck(pool: Pick<Pool | ClientBase, 'query'>, now: Instant): Promise<number> {
  const { text, values } = stuckIds(now);
  let used = 0;
  const numbered = text.replaceAll('$', () => {
    used += 1;
    return `$${used}`;
  });
  const { rows } = await pool.query<{ stuck: number }>(
    `select count(*)::int as stuck from (${numbered}) as found`,
    [...values],
  );
  return rows[0]?.stuck ?? 0;
}
