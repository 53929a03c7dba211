import type { Pool } from 'pg';
import type { Position, StreamName } from '../../application/ports/event-store.js';
import type { NewFailure, PolicyFailure, PolicyProgress } from '../../application/ports/policy-progress.js';

const columns = 'event_id, stream, revision, position, type, attempts, last_error';

export class PostgresPolicyProgress implements PolicyProgress {
  readonly #pool: Pool;

  /** @param pool stays the caller's to close */
  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async position(): Promise<Position> {
    const { rows } = await this.#pool.query<{ position: Position }>(
      'select position from counterfoil.policy_position',
    );
    return rows[0]?.position ?? 0n;
  }

  /** One statement, so one transaction: the failures are kept only where the position moved. */
  async advance(from: Position, to: Position, failures: readonly NewFailure[]): Promise<boolean> {
    const { rows } = await this.#pool.query<{ moved: bigint }>(
      `with moved as (
         update counterfoil.policy_position set position = $2 where position = $1 returning position
       ), kept as (
         insert into counterfoil.policy_failures (event_id, stream, revision, position, type, last_error)
         select f.* from moved, unnest($3::uuid[], $4::text[], $5::bigint[], $6::bigint[], $7::text[], $8::text[]) as f
         on conflict do nothing
       )
       select count(*) as moved from moved`,
      [
        from,
        to,
        failures.map(({ recorded }) => recorded.id),
        failures.map(({ recorded }) => recorded.stream),
        failures.map(({ recorded }) => recorded.revision),
        failures.map(({ recorded }) => recorded.position),
        failures.map(({ recorded }) => recorded.type),
        failures.map(({ error }) => error),
      ],
    );
    return rows[0]?.moved === 1n;
  }

  async waiting(streams: readonly StreamName[]): Promise<ReadonlySet<StreamName>> {
    const { rows } = await this.#pool.query<{ stream: StreamName }>(
      'select distinct stream from counterfoil.policy_failures where stream = any($1)',
      [streams],
    );
    return new Set(rows.map(({ stream }) => stream));
  }

  async dueFailures(limit: number): Promise<readonly PolicyFailure[]> {
    const { rows } = await this.#pool.query<PolicyFailure>(
      `select ${columns} from counterfoil.policy_failures f
       where next_attempt_at <= clock_timestamp() and not exists (
         select 1 from counterfoil.policy_failures e where e.stream = f.stream and e.position < f.position)
       order by position limit $1`,
      [limit],
    );
    return rows;
  }

  async settle(eventId: string): Promise<void> {
    await this.#pool.query('delete from counterfoil.policy_failures where event_id = $1', [eventId]);
  }

  async postpone(eventId: string, error: string, afterMs: number): Promise<void> {
    await this.#pool.query(
      `update counterfoil.policy_failures set attempts = attempts + 1, last_error = $2,
         next_attempt_at = clock_timestamp() + $3 * interval '1 millisecond'
       where event_id = $1`,
      [eventId, error, afterMs],
    );
  }

  async failures(limit: number): Promise<readonly PolicyFailure[]> {
    const { rows } = await this.#pool.query<PolicyFailure>(
      `select ${columns} from counterfoil.policy_failures order by position limit $1`,
      [limit],
    );
    return rows;
  }
}
