import type pg from 'pg';
import type { Lease, Leases } from '../../application/ports/lease.js';
import type { Logger } from '../../application/ports/logger.js';

/** Names that nobody asks for any more are swept away once in so many grants. */
const grantsPerSweep = 1_000;

/** The server's clock in microseconds, or one more than the last token of this name where the clock was set back. */
const acquireStatement = `
  insert into counterfoil.leases as lease (name, token, expires_at)
  values ($1, (extract(epoch from clock_timestamp()) * 1000000)::bigint,
    clock_timestamp() + $2 * interval '1 millisecond')
  on conflict (name) do update
    set token = greatest(excluded.token, lease.token + 1), expires_at = excluded.expires_at
    where lease.expires_at <= clock_timestamp()
  returning token`;

/** The row stays for a while, so that the next token is greater whatever the clock does. */
const releaseStatement = `
  update counterfoil.leases set expires_at = clock_timestamp() where name = $1 and token = $2`;

/** Leases in a table. */
export class PostgresLeases implements Leases {
  readonly #pool: pg.Pool;
  readonly #logger: Logger;
  #grants = 0;

  /** @param pool stays the caller's to close */
  constructor(pool: pg.Pool, logger: Logger) {
    this.#pool = pool;
    this.#logger = logger;
  }

  async acquire(name: string, ttlMs: number): Promise<Lease | undefined> {
    const { rows } = await this.#pool.query<{ token: bigint }>(acquireStatement, [name, ttlMs]);
    const [granted] = rows;
    if (granted === undefined) return undefined;
    this.#sweepNowAndThen();
    return { name, fencingToken: granted.token, release: () => this.#release(name, granted.token) };
  }

  async #release(name: string, token: bigint): Promise<void> {
    await this.#pool.query(releaseStatement, [name, token]).catch((error: unknown) => {
      this.#logger.warn({ lease: name, err: error }, 'a lease was not released and will run out');
    });
  }

  #sweepNowAndThen(): void {
    this.#grants += 1;
    if (this.#grants % grantsPerSweep !== 0) return;
    const statement = `delete from counterfoil.leases where expires_at < clock_timestamp() - interval '1 hour'`;
    this.#pool.query(statement).catch((error: unknown) => {
      this.#logger.warn({ err: error }, 'old leases were not swept away');
    });
  }
}
