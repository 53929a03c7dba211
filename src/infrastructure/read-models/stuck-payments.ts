import type { ClientBase, Pool } from 'pg';
import { requestStuckAfterMs, stuckAt } from '../../application/payment/stuck-payments.js';
import type { Instant } from '../../domain/shared/instant.js';

type Source = Pick<Pool | ClientBase, 'query'>;

/** The payments that are stuck of one cause: the column of the id, since when each is in that state, and where to look. */
type Cause = { readonly id: string; readonly since: string; readonly from: string };
const causes: readonly Cause[] = [
  {
    // The shortest time first, by the index; of what is left each one's own.
    ...{ id: 'p.id', since: 'p.status_since' },
    from: `from read_payments.payments p
       left join read_attempts.attempts a on a.payment = p.id
       left join read_customers.payment_methods m on m.id = a.payment_method
       where p.status = 'processing' and p.status_since <= $::timestamptz
         and (m.kind is distinct from 'us_bank_account' or p.status_since <= $::timestamptz)
         and (m.kind is distinct from 'sepa_debit' or p.status_since <= $::timestamptz)`,
  },
  {
    ...{ id: 'id', since: 'status_since' },
    from: "from read_payments.payments where status = 'requires_action' and status_since <= $",
  },
  {
    ...{ id: 'payment', since: 'status_since' },
    from: "from read_refunds.refunds where status = 'pending' and status_since <= $",
  },
  {
    ...{ id: 'substr(stream, 9)', since: 'requested_at' },
    from: `from read_pending_effects.open_requests
       where stream like 'payment-%' and requested_at <= now() - $ * interval '1 millisecond'`,
  },
];

/**
 * The ids of the payments that have been on their way for too long, as the job that looks after them takes them for it; each `$`
 * stands for one of the values, in order. Each cause is looked for apart: only so does the server know how rare it is, and take
 * the index.
 */
export function stuckIds(now: Instant): { readonly text: string; readonly values: readonly unknown[] } {
  return {
    text: causes.map(({ id, from }) => `select ${id} ${from}`).join(' union '),
    values: valuesAt(now),
  };
}

/** How many payments have been on their way for too long. */
export async function countStuck(source: Source, now: Instant): Promise<number> {
  const { text, values } = stuckIds(now);
  const { rows } = await source.query<{ stuck: number }>(
    `select count(*)::int as stuck from (${numbered(text)}) as found`,
    [...values],
  );
  return rows[0]?.stuck ?? 0;
}

/** How many they are, and which of them has been in its state for longest; none, and no oldest one, where all is well. */
export type StuckNow = {
  readonly stuck: number;
  readonly oldest: { readonly id: string; readonly since: Instant } | null;
};
export async function stuckNow(source: Source, now: Instant): Promise<StuckNow> {
  const found = causes.map(({ id, since, from }) => `select ${id} as id, ${since} as since ${from}`);
  const { rows } = await source.query<{ stuck: number; id: string | null; since: Instant | null }>(
    `select count(distinct id)::int as stuck, (array_agg(id order by since, id))[1] as id, min(since) as since
     from (${numbered(found.join(' union all '))}) as found`,
    [...valuesAt(now)],
  );
  const { stuck = 0, id = null, since = null } = rows[0] ?? {};
  return { stuck, oldest: id === null || since === null ? null : { id, since } };
}

function valuesAt(now: Instant): readonly unknown[] {
  const { processingSinceLte, requiresActionSinceLte, refundsPendingSinceLte } = stuckAt(now);
  const { card, usBankAccount, sepaDebit } = processingSinceLte;
  return [
    card,
    usBankAccount,
    sepaDebit,
    requiresActionSinceLte,
    refundsPendingSinceLte,
    requestStuckAfterMs,
  ];
}

/** With `$1`, `$2` and so on in place of each `$`. */
function numbered(text: string): string {
  let used = 0;
  return text.replaceAll('$', () => {
    used += 1;
    return `$${used}`;
  });
}
