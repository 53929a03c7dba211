import type { ClientBase, Pool } from 'pg';
import { requestStuckAfterMs, stuckAt } from '../../application/payment/stuck-payments.js';
import type { Instant } from '../../domain/shared/instant.js';

/**
 * The ids of the payments that have been on their way for too long, as the job that looks after them takes them for it; each `$`
 * stands for one of the values, in order. Each cause is looked for apart: only so does the server know how rare it is, and take
 * the index.
 */
export function stuckIds(now: Instant): { readonly text: string; readonly values: readonly unknown[] } {
  const { processingSinceLte, requiresActionSinceLte, refundsPendingSinceLte } = stuckAt(now);
  const { card, usBankAccount, sepaDebit } = processingSinceLte;
  const causes = [
    // The shortest time first, by the index; of what is left each one's own.
    `select p.id from read_payments.payments p
       left join read_attempts.attempts a on a.payment = p.id
       left join read_customers.payment_methods m on m.id = a.payment_method
       where p.status = 'processing' and p.status_since <= $::timestamptz
         and (m.kind is distinct from 'us_bank_account' or p.status_since <= $::timestamptz)
         and (m.kind is distinct from 'sepa_debit' or p.status_since <= $::timestamptz)`,
    "select id from read_payments.payments where status = 'requires_action' and status_since <= $",
    "select payment from read_refunds.refunds where status = 'pending' and status_since <= $",
    `select substr(stream, 9) from read_pending_effects.open_requests
       where stream like 'payment-%' and requested_at <= now() - $ * interval '1 millisecond'`,
  ];
  return {
    text: causes.join(' union '),
    values: [
      ...[card, usBankAccount, sepaDebit, requiresActionSinceLte],
      ...[refundsPendingSinceLte, requestStuckAfterMs],
    ],
  };
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
