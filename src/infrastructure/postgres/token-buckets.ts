import pg from 'pg';
import { RateLimiterPostgres } from 'rate-limiter-flexible';
import type { Logger } from '../../application/ports/logger.js';
import type { BucketRule, Taken, TokenBuckets } from '../../application/ports/token-buckets.js';
import { takenOf } from '../limits/taken.js';

/** Buckets that nobody takes from any more are swept away once in so many takes. */
const takesPerSweep = 1_000;

/** The library reads 64-bit columns as numbers: counters of tokens and milliseconds since 1970, which fit. */
const numbers: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    format === 'binary'
      ? pg.types.getTypeParser(oid, 'binary')
      : oid === pg.types.builtins.INT8
        ? Number
        : pg.types.getTypeParser(oid, 'text'),
};

/** Buckets in a table. Windows end by the clocks of the processes: one that is ahead may end a window early by as much. */
export class PostgresTokenBuckets implements TokenBuckets {
  readonly #pool: pg.Pool;
  readonly #logger: Logger;
  readonly #counter: RateLimiterPostgres;
  #takes = 0;

  /** @param pool stays the caller's to close */
  constructor(pool: pg.Pool, logger: Logger) {
    this.#pool = pool;
    this.#logger = logger;
    this.#counter = new RateLimiterPostgres({
      storeClient: { query: (query: pg.QueryConfig) => pool.query({ ...query, types: numbers }) },
      storeType: 'pool',
      schemaName: 'counterfoil',
      tableName: 'token_buckets',
      tableCreated: true,
      clearExpiredByTimeout: false,
      points: 1,
      duration: 1,
      keyPrefix: '',
    });
  }

  async take(name: string, rule: BucketRule, count: number): Promise<Taken> {
    const options = { customDuration: rule.windowSeconds };
    const counter = await this.#counter.penalty(name, count, options);
    this.#sweepNowAndThen();
    return takenOf(rule, count, counter);
  }

  #sweepNowAndThen(): void {
    this.#takes += 1;
    if (this.#takes % takesPerSweep !== 0) return;
    this.#pool
      .query('delete from counterfoil.token_buckets where expire < $1', [Date.now() - 3_600_000])
      .catch((error: unknown) => {
        this.#logger.warn({ err: error }, 'old buckets were not swept away');
      });
  }
}
