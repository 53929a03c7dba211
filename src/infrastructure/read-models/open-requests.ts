import type { Pool } from 'pg';
import type { OpenRequests } from '../../application/ports/read-models.js';
import type { Instant } from '../../domain/shared/instant.js';

/** Every request without an outcome, whether it is due or waits for its next attempt. */
export async function countOpenRequests(pool: Pick<Pool, 'query'>): Promise<OpenRequests> {
  const { rows } = await pool.query<OpenRequests>(
    `select count(*)::int as open,
       count(*) filter (where a.last_error is distinct from 'answered' and a.attempts > 0)::int as in_doubt,
       count(*) filter (where a.contradicted)::int as contradicted,
       coalesce(extract(epoch from now() - min(r.requested_at)), 0)::float as oldest_seconds
     from read_pending_effects.open_requests r left join counterfoil.effect_attempts a using (event_id)`,
  );
  return rows[0] ?? { open: 0, in_doubt: 0, contradicted: 0, oldest_seconds: 0 };
}

/** Those that may have moved money, and were made before an instant or contradict the history; counts no further than `max`. */
export async function countDoubts(
  pool: Pick<Pool, 'query'>,
  requestedBefore: Instant,
  max: number,
): Promise<number> {
  const { rows } = await pool.query<{ doubts: number }>(
    `select count(*)::int as doubts from (
       select from read_pending_effects.open_requests r left join counterfoil.effect_attempts a using (event_id)
       where r.stream like 'payment-%' and (r.requested_at < $1 or a.contradicted) limit $2) as counted`,
    [requestedBefore, max],
  );
  return rows[0]?.doubts ?? 0;
}
