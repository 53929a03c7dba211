import type { Pool } from 'pg';
import type { OpenRequests } from '../../application/ports/read-models.js';
import { countOpenRequests } from '../read-models/open-requests.js';

export type Backlog = {
  readonly effects: OpenRequests;
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
    countOpenRequests(pool),
    pool.query<Backlog['webhooks'][number]>(
      `select status, count(*)::int as count, extract(epoch from now() - min(received_at))::float as oldest_seconds
       from counterfoil.inbound_webhooks where status in ('received', 'failed', 'parked') group by status`,
    ),
  ]);
  return { effects, webhooks: webhooks.rows };
}
