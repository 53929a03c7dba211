import type pg from 'pg';
import type { Logger } from '../../application/ports/logger.js';
import type { BucketRule, Taken, TokenBuckets } from '../../application/ports/token-buckets.js';
import { tokenMicrosOf } from '../../application/ports/token-buckets.js';
import { takenOf } from '../limits/taken.js';

/** Buckets that nobody takes from any more are swept away once in so many takes. */
const takesPerSweep = 1_000;

const clockMicros = '(extract(epoch from clock_timestamp()) * 1000000)::bigint';
/** How much a bucket is short of being full before the take; by no more than it holds, as after a clock was set back. */
const before = 'least(greatest(bucket.full_at - excluded.taken_at, 0), $2 * $3)';
const granted = `least($4, ($2 * $3 - ${before}) / $3)`;

/**
 * One statement, and the row's lock lets one process in after the other. A new row's `taken_at` is the server's clock before
 * it waits for that lock.
 */
const takeSql = `
insert into counterfoil.token_levels as bucket (key, taken_at, full_at, granted)
select $1, at, at + least($4, $2) * $3, least($4, $2)
  from (select ${clockMicros} as at) as clock
on conflict (key) do update set
  taken_at = excluded.taken_at,
  full_at = excluded.taken_at + ${before} + ${granted} * $3,
  granted = ${granted}
returning granted, full_at - taken_at as missing_micros`;

/** Buckets in a table, on the server's clock. */
export class PostgresTokenBuckets implements TokenBuckets {
  readonly #pool: pg.Pool;
  readonly #logger: Logger;
  #takes = 0;

  /** @param pool stays the caller's to close */
  constructor(pool: pg.Pool, logger: Logger) {
    this.#pool = pool;
    this.#logger = logger;
  }

  async take(name: string, rule: BucketRule, count: number): Promise<Taken> {
    const { rows } = await this.#pool.query<{ granted: bigint; missing_micros: bigint }>({
      name: 'take-tokens',
      text: takeSql.replaceAll(/\$[234]/g, '$&::bigint'),
      values: [name, rule.limit, tokenMicrosOf(rule), count],
    });
    this.#sweepNowAndThen();
    const [row] = rows;
    if (row === undefined) throw new TypeError('a take of tokens gave no row');
    return takenOf(rule, Number(row.granted), Number(row.missing_micros));
  }

  #sweepNowAndThen(): void {
    this.#takes += 1;
    if (this.#takes % takesPerSweep !== 0) return;
    this.#pool
      .query(`delete from counterfoil.token_levels where full_at < ${clockMicros}`)
      .catch((error: unknown) => {
        this.#logger.warn({ err: error }, 'full buckets were not swept away');
      });
  }
}
