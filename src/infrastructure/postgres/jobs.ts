import type pg from 'pg';
import type { JobReport, JobResult, JobRun, JobStatus, Jobs } from '../../application/ports/jobs.js';
import type { Instant } from '../../domain/shared/instant.js';

/** Jobs in a table; the number of the run is the token that every write of it must carry. */
export class PostgresJobs implements Jobs {
  readonly #pool: pg.Pool;

  /** @param pool stays the caller's to close */
  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async define(name: string): Promise<void> {
    await this.#pool.query('insert into counterfoil.jobs (name) values ($1) on conflict do nothing', [name]);
  }

  async list(): Promise<readonly JobStatus[]> {
    const { rows } = await this.#pool.query<JobStatus>(
      `select name, due_at, coalesce(leased_until > clock_timestamp(), false) as running, last_started_at,
         last_finished_at, report, last_error
       from counterfoil.jobs order by name`,
    );
    return rows;
  }

  request(name: string): Promise<boolean> {
    return this.#changes('update counterfoil.jobs set due_at = clock_timestamp() where name = $1', [name]);
  }

  async claim(name: string, leaseMs: number): Promise<JobRun | undefined> {
    const { rows } = await this.#pool.query<{ fencing_token: bigint; last_good_started_at: Instant | null }>(
      `update counterfoil.jobs
       set fencing_token = fencing_token + 1, last_started_at = clock_timestamp(),
         leased_until = clock_timestamp() + $2 * interval '1 millisecond'
       where name = $1 and due_at <= clock_timestamp()
         and (leased_until is null or leased_until <= clock_timestamp())
       returning fencing_token, last_good_started_at`,
      [name, leaseMs],
    );
    const [claimed] = rows;
    if (claimed === undefined) return undefined;
    const { fencing_token: fencingToken, last_good_started_at: lastGoodStartedAt } = claimed;
    return { name, fencingToken, lastGoodStartedAt };
  }

  progress({ name, fencingToken }: JobRun, report: JobReport, leaseMs: number): Promise<boolean> {
    return this.#changes(
      `update counterfoil.jobs
       set report = $3, leased_until = clock_timestamp() + $4 * interval '1 millisecond'
       where name = $1 and fencing_token = $2 and leased_until is not null`,
      [name, fencingToken, report, leaseMs],
    );
  }

  finish({ name, fencingToken }: JobRun, result: JobResult, nextInMs: number): Promise<boolean> {
    const { report, error } = { report: null, error: null, ...result };
    // Asked for again meanwhile, it stays due.
    return this.#changes(
      `update counterfoil.jobs
       set report = coalesce($3, report), last_error = $4, last_finished_at = clock_timestamp(), leased_until = null,
         last_good_started_at = case when $4::text is null then last_started_at else last_good_started_at end,
         due_at = case when due_at > last_started_at then due_at
           else clock_timestamp() + $5 * interval '1 millisecond' end
       where name = $1 and fencing_token = $2 and leased_until is not null`,
      [name, fencingToken, report, error, nextInMs],
    );
  }

  async #changes(statement: string, values: readonly unknown[]): Promise<boolean> {
    const { rowCount } = await this.#pool.query(statement, [...values]);
    return rowCount === 1;
  }
}
