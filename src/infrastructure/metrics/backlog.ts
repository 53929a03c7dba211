import type { Pool } from 'pg';

export type Backlog = {
  /** Requests to the provider without a recorded outcome; `in_doubt` are those that were asked about in vain. */
  readonly effects: { readonly open: number; readonly in_doubt: number; readonly oldest_seconds: number };
  /** Webhooks that wait to be handled, again or for the first time, and those that wait for a person. */
  readonly webhooks: readonly {
    readonly status: string;
    readonly count: number;
    readonly oldest_seconds: number;
  }[];
};

/** What waits in the tables, whichever process left it there. */
export async function readBacklog(pool: Pool): Promise<Backlog> {
  const [effects, webhooks] = await Promise.all([
    pool.query<Backlog['effects']>(
      `select count(*)::int as open,
         count(*) filter (where a.last_error is distinct from 'answered' and a.attempts > 0)::int as in_doubt,
         coalesce(extract(epoch from now() - min(r.requested_at)), 0)::float as oldest_seconds
       from read_pending_effects.open_requests r left join counterfoil.effect_attempts a using (event_id)`,
    ),
    pool.query<Backlog['webhooks'][number]>(
      `select status, count(*)::int as count, extract(epoch from now() - min(received_at))::float as oldest_seconds
       from counterfoil.inbound_webhooks where status in ('received', 'failed', 'parked') group by status`,
    ),
  ]);
  const [counted = { open: 0, in_doubt: 0, oldest_seconds: 0 }] = effects.rows;
  return { effects: counted, webhooks: webhooks.rows };
}
