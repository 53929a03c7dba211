import type { ClientBase, Pool } from 'pg';

/**
 * By how many milliseconds this machine's clock is ahead of the server's; negative when it is behind. Exact to half of what
 * the question took.
 * @param now milliseconds since 1970 on this machine's clock
 */
export async function aheadOfPostgres(
  pool: Pick<Pool | ClientBase, 'query'>,
  now: () => number = Date.now,
): Promise<number> {
  const askedAt = now();
  const { rows } = await pool.query<{ ms: number }>(
    'select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms',
  );
  const [row] = rows;
  if (row === undefined) throw new TypeError('Postgres told no time');
  return (askedAt + now()) / 2 - row.ms;
}
