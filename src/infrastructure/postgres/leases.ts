import type pg from 'pg';
import type { Lease, Leases } from '../../application/ports/lease.js';
import type { Logger } from '../../application/ports/logger.js';
import { within } from '../../application/shared/within.js';

/** Below the port's 250 ms, so that the fallback is answered in time. */
const budgetMs = 200;
/** Leases that were never released, of processes that died, are swept away once in so many grants. */
const grantsPerSweep = 1_000;

const acquireStatement = `
  insert into counterfoil.leases as lease (name, token, expires_at)
  values ($1, nextval('counterfoil.lease_tokens'), clock_timestamp() + $2 * interval '1 millisecond')
  on conflict (name) do update set token = excluded.token, expires_at = excluded.expires_at
    where lease.expires_at <= clock_timestamp()
  returning token`;

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
    const asked = this.#ask(name, ttlMs);
    const token = await within(budgetMs, asked, () => 'late' as const);
    if (token === 'late') {
      // What is granted after all belongs to nobody.
      asked
        .then((late) => (late === undefined ? undefined : this.#release(name, late)))
        .catch(() => undefined);
      this.#logger.warn({ lease: name }, 'Postgres did not answer in time; a lease is granted without it');
      return { name, fencingToken: 0n, release: async () => undefined };
    }
    if (token === undefined) return undefined;
    this.#sweepNowAndThen();
    return { name, fencingToken: token, release: () => this.#release(name, token) };
  }

  async close(): Promise<void> {}

  /** The token; undefined when somebody holds the lease; 0n when the database answers with an error. */
  async #ask(name: string, ttlMs: number): Promise<bigint | undefined> {
    try {
      const { rows } = await this.#pool.query<{ token: bigint }>(acquireStatement, [name, ttlMs]);
      return rows[0]?.token;
    } catch (error) {
      this.#logger.warn({ lease: name, err: error }, 'a lease is granted without Postgres');
      return 0n;
    }
  }

  async #release(name: string, token: bigint): Promise<void> {
    if (token === 0n) return;
    const statement = 'delete from counterfoil.leases where name = $1 and token = $2';
    const released = this.#pool.query(statement, [name, token.toString()]).catch((error: unknown) => {
      this.#logger.warn({ lease: name, err: error }, 'a lease was not released and will run out');
    });
    await within(budgetMs, released, () => undefined);
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
